"""Compares what was stored with the feed, which has everything, and mends what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from .api import API, PartnerApi
from .events import find_fact
from .store import EventStore

WAY: Final = "feed"
PAGE: Final = 500
SETTLING: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Reconciled:
    """What the comparison found.

    Attributes:
        compared: Facts that the feed has from that moment on.
        mended: Ids that were missing here and no longer are.
        differing: Ids under which something else is stored here, which is left as it is.
        unknown: Ids that are stored here and that the feed doesn't have.
        gaps: Certificates of which something between two stored facts is missing even now.
    """

    compared: int
    mended: Sequence[str]
    differing: Sequence[str]
    unknown: Sequence[str]
    gaps: Sequence[str]

    @property
    def agrees(self) -> bool:
        """Whether here and there are now the same."""
        return not (self.differing or self.unknown or self.gaps)


def reconcile(api: PartnerApi, store: EventStore, since: datetime | None, now: datetime) -> Reconciled:
    """Read the feed from a moment on and make the store complete.

    Args:
        api: The platform.
        store: What was stored.
        since: From when on; None for everything.
        now: The moment.
    """
    # Kafka may be a little ahead of the feed: what has just come isn't held against anybody.
    here = store.ids_since(since, now - SETTLING)
    there: set[str] = set()
    mended: list[str] = []
    differing: list[str] = []
    for page in pages(api, since):
        facts = [fact for fact in map(find_fact, page) if fact is not None]
        missing = [fact.id for fact in facts if store.find(fact.id) is None]
        differing += store.take(facts, WAY).differing
        mended += missing
        there |= {fact.id for fact in facts}
    return Reconciled(len(there), mended, differing, sorted(here - there), store.gaps())


def pages(api: PartnerApi, since: datetime | None) -> Iterator[Sequence[dict[str, Any]]]:
    """The feed's pages from a moment on, up to its present end.

    Raises:
        ApiRefused: We may not read it.
    """
    path: str | None = f"{API}/events"
    params: dict[str, str | int] | None = {"limit": PAGE, **({"from": since.isoformat()} if since else {})}
    while path is not None:
        answer = api.call("GET", path, params=params)
        page: list[dict[str, Any]] = json.loads(answer.content)
        yield page
        # The link leads on also from the present end: a page that isn't full is the last.
        path = answer.links["next"]["url"] if len(page) == PAGE else None
        params = None
