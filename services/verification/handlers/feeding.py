"""The feed: all public facts, page by page, from any moment on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.verification.domain.public_fact import Cursor
from services.verification.ports import Deps


@dataclass(frozen=True)
class FeedPage:
    """Some of the facts.

    Attributes:
        bodies: Each in CloudEvents' JSON format.
        after: The cursor of the page after this one, also where that one is still empty.
    """

    bodies: Sequence[bytes]
    after: str


async def read_feed(deps: Deps, after: str | None, since: datetime | None, limit: int) -> FeedPage:
    """The facts behind a cursor, in the order in which this service was told.

    Args:
        deps: The service's parts.
        after: A cursor of an earlier page; None to begin.
        since: Only facts of that moment or later.
        limit: At most so many.

    Raises:
        CursorUnknown: The cursor wasn't given out by this copy.
    """
    chronicle = deps.outlet.chronicle
    if after is not None:
        position = Cursor.read(after, chronicle.edition).position
    else:
        position = 0 if since is None else await chronicle.before(since)
    page = await chronicle.after(position, limit, since=since)
    bodies = [entry.fact.body for entry in page.entries]
    return FeedPage(bodies, str(Cursor(chronicle.edition, page.upto)))
