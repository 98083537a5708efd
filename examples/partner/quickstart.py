"""From nothing to the first verified event and webhook, on a platform of this machine, each step timed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from .api import PartnerApi
from .errors import KitError, NotProved
from .folder import Folder, Settings
from .following import WAY as KAFKA
from .following import Follower
from .ministry import Ministry, StepFailed, find_ministry, started_ministry
from .proving import Head, prove
from .receiving import WAY as WEBHOOK
from .receiving import Inbox, secrets_of, served
from .reconciling import pages, reconcile
from .statuses import status_of
from .store import EventStore
from .subscribing import subscribe, unsubscribe

PURPOSE: Final = "fare-reduction"
LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
PATIENCE_S: Final = 60.0
LOOK_EVERY_S: Final = 0.05

Found = TypeVar("Found")


@dataclass
class Stopwatch:
    """Tells each step with its seconds, and the sum of those that are the partner's."""

    tell: Callable[[str], None]
    began_s: float = field(default_factory=time.monotonic)
    apart_s: float = 0.0

    @contextmanager
    def step(self, what: str, *, apart: bool = False) -> Iterator[None]:
        """Time one step; one that stands apart isn't the partner's."""
        began_s = time.monotonic()
        yield
        took_s = time.monotonic() - began_s
        if apart:
            self.apart_s += took_s
        self.tell(f"{took_s:7.2f} s  {what}")

    def note(self, what: str) -> None:
        """Tell something that took no time."""
        self.tell(f"{'':11}{what}")

    @property
    def all_s(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began_s

    @property
    def own_s(self) -> float:
        """How long the partner's own steps have taken so far."""
        return self.all_s - self.apart_s


def quickstart(platform: Path | None, tell: Callable[[str], None]) -> int:
    """Walk all steps; return the exit code.

    Args:
        platform: Folder of the platform; None for the clone's own.
        tell: Receives each line.

    Raises:
        KitError: A step failed.
    """
    watch = Stopwatch(tell)
    with ExitStack() as ending:
        ministry = find_ministry(platform)
        if ministry is None:
            with watch.step("the platform starts", apart=True):
                ministry = ending.enter_context(started_ministry(platform, tell))
        else:
            watch.note(f"the platform runs already: {ministry.origin}")
        client_id = f"quickstart-{secrets.token_hex(3)}"
        folder = Folder(ministry.folder / "partners" / client_id)
        _enrol(watch, ministry, folder, client_id)
        store = EventStore(folder.events)
        ending.callback(store.close)
        _hear_and_check(watch, ministry, folder, store)
        watch.note(f"settings, keys and events are in {folder.root}")
        tell(f"{watch.all_s:7.2f} s  in all, {watch.own_s:.2f} s of them the partner's own steps")
    return 0


def _enrol(watch: Stopwatch, ministry: Ministry, folder: Folder, client_id: str) -> None:
    with watch.step("makes its key pair"):
        folder.set_up(Settings(ministry.origin, client_id, ministry.kafka_bootstrap, "SASL_PLAINTEXT"))
    with watch.step(f"is registered by the ministry as {client_id}"):
        ministry.register(client_id, folder.jwks, PURPOSE)


def _hear_and_check(watch: Stopwatch, ministry: Ministry, folder: Folder, store: EventStore) -> None:
    with PartnerApi(folder) as api:
        with watch.step("gets a token by its signed assertion"):
            api.tokens.get()
        if not any(pages(api, None)):
            with watch.step("meanwhile a first certificate is asked for, decided and signed", apart=True):
                ministry.issue_a_certificate(folder.root / "certificate")
        fact_id = _hear(watch, ministry, api, folder, store)
        _check(watch, api, folder, store, fact_id)


def _hear(watch: Stopwatch, ministry: Ministry, api: PartnerApi, folder: Folder, store: EventStore) -> str:
    """Receive the first event by webhook, then the same one by Kafka; returns its id."""
    with served(Inbox(store, secrets_of(folder)), "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        with watch.step("subscribes by webhook, from the beginning on"):
            webhook = subscribe(api, folder, url, LONG_AGO)
        try:
            with watch.step("receives the first webhook, checks its signature, stores it"):
                fact_id = wait_for(lambda: store.first_by(WEBHOOK), "a webhook")
        finally:
            # Nobody will listen there any more.
            unsubscribe(api, webhook["id"])
    watch.note(f"first verified webhook after {watch.own_s:.2f} s of the partner's own steps")
    with watch.step("is given a user on the broker"):
        ministry.admit_to_kafka(folder.settings().client_id, folder.kafka_password)
    with watch.step("receives the same event from Kafka, in a group of its own"):
        follower = Follower(folder, store)
        deadline_s = time.monotonic() + PATIENCE_S
        follower.run(lambda: KAFKA in store.ways_of(fact_id) or time.monotonic() > deadline_s)
    if KAFKA not in store.ways_of(fact_id):
        raise StepFailed("the event did not come by Kafka")
    return fact_id


def _check(watch: Stopwatch, api: PartnerApi, folder: Folder, store: EventStore, fact_id: str) -> None:
    fact = store.find(fact_id)
    if fact is None:
        raise StepFailed("the event isn't stored")
    with watch.step("finds it in the public issuance log, below a signed head"):
        head = wait_for(lambda: _find_head(api, folder, store, fact_id), "the log's next head")
    watch.note(f"{fact.number} {fact.status}: entry {fact.log_index} of {head.size}")
    with watch.step("reconciles with the feed"):
        found = reconcile(api, store, None, datetime.now(UTC))
    watch.note(f"{found.compared} facts, {len(found.mended)} of which had not come yet")
    if not found.agrees:
        raise StepFailed("the feed and what is stored disagree")
    with watch.step("asks how the certificate stands"):
        status = status_of(api, PURPOSE, {"number": fact.number})
    watch.note(f"{status['number']} is {status['status']}, as of {status['as_of']}")


def _find_head(api: PartnerApi, folder: Folder, store: EventStore, fact_id: str) -> Head | None:
    """The head that proves a fact; None while the log's head is still older."""
    fact = store.find(fact_id)
    try:
        return prove(api, folder, fact) if fact else None
    except NotProved as error:
        if error.may_come:
            return None
        raise


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    """Look again and again until there is something.

    Raises:
        KitError: It takes too long.
    """
    deadline_s = time.monotonic() + PATIENCE_S
    while (found := look()) is None:
        if time.monotonic() > deadline_s:
            raise KitError(f"{what} did not come within {PATIENCE_S:g} s")
        time.sleep(LOOK_EVERY_S)
    return found
