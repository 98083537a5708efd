"""What was stored is compared with the feed, page by page, and made complete; calls wait where asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from examples.partner.api import API, LONGEST_WAIT_S, PartnerApi
from examples.partner.cases import Event, new_events
from examples.partner.errors import ApiRefused
from examples.partner.events import Fact, find_fact
from examples.partner.folder import Folder, Settings
from examples.partner.reconciling import PAGE, reconcile
from examples.partner.store import EventStore

ORIGIN = "http://127.0.0.1:1"
LATER = datetime.now(UTC) + timedelta(hours=1)


@dataclass
class Feed:
    """Stands for the platform: a token endpoint, and a feed of some events.

    Attributes:
        before: Answers that come before anything else, the first one first.
    """

    events: list[Event] = field(default_factory=list)
    before: list[httpx.Response] = field(default_factory=list)
    tokens: int = 0
    paused_s: list[float] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("oauth-authorization-server"):
            return httpx.Response(200, json={"issuer": ORIGIN, "token_endpoint": f"{ORIGIN}/token"})
        if path == "/token":
            self.tokens += 1
            told = {"access_token": f"token-{self.tokens}", "expires_in": 600, "scope": "certificates.events"}
            return httpx.Response(200, json=told)
        assert request.headers["authorization"] == f"Bearer token-{self.tokens}"
        if self.before:
            return self.before.pop(0)
        begin, limit = int(request.url.params.get("after", "0")), int(request.url.params["limit"])
        page = self.events[begin : begin + limit]
        link = f'<{API}/events?after={begin + len(page)}&limit={limit}>; rel="next"'
        return httpx.Response(200, content=json.dumps(page), headers={"link": link})


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def api(feed: Feed, tmp_path: Path) -> Iterator[PartnerApi]:
    folder = Folder(tmp_path / "partner")
    folder.set_up(Settings(ORIGIN, "transport-office"))
    with PartnerApi(folder, feed.paused_s.append, httpx.MockTransport(feed.answer)) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    opened = EventStore(tmp_path / "events.sqlite3")
    yield opened
    opened.close()


def facts_of(events: list[Event]) -> list[Fact]:
    return [fact for event in events if (fact := find_fact(event)) is not None]


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
def test_everything_is_mended_however_many_pages_there_are(
    api: PartnerApi, feed: Feed, store: EventStore, count: int
) -> None:
    feed.events = new_events(count)
    found = reconcile(api, store, None, LATER)
    assert (found.compared, len(found.mended), found.agrees) == (count, count, True)
    assert [fact.id for fact in store.all()] == [event["id"] for event in feed.events]
    assert reconcile(api, store, None, LATER).mended == []


def test_only_what_was_missing_is_told(api: PartnerApi, feed: Feed, store: EventStore) -> None:
    feed.events = new_events(3)
    first, second, third = facts_of(feed.events)
    store.take([first, third], "webhook")
    assert reconcile(api, store, None, LATER).mended == [second.id]
    assert store.gaps() == []


def test_what_differs_is_told_and_stays(api: PartnerApi, feed: Feed, store: EventStore) -> None:
    feed.events = new_events(1)
    altered = json.loads(json.dumps(feed.events[0]))
    altered["data"]["status"] = "revoked"
    store.take(facts_of([altered]), "webhook")
    found = reconcile(api, store, None, LATER)
    assert (found.differing, found.agrees) == ([altered["id"]], False)
    assert [fact.status for fact in store.all()] == ["revoked"]


def test_what_the_feed_does_not_have_is_told_unless_it_has_just_come(
    api: PartnerApi, feed: Feed, store: EventStore
) -> None:
    feed.events = []
    (stranger,) = facts_of(new_events(1))
    store.take([stranger], "kafka")
    assert reconcile(api, store, None, datetime.now(UTC)).agrees
    found = reconcile(api, store, None, LATER)
    assert (found.unknown, found.agrees) == ([stranger.id], False)


def test_a_token_that_ended_early_is_replaced_once_it_is_refused(
    api: PartnerApi, feed: Feed, store: EventStore
) -> None:
    feed.before = [httpx.Response(401)]
    assert reconcile(api, store, None, LATER).agrees
    assert feed.tokens == 2


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_asked_to(
    api: PartnerApi, feed: Feed, store: EventStore, status: int
) -> None:
    feed.before = [httpx.Response(status, headers={"retry-after": "7"}), httpx.Response(status)]
    assert reconcile(api, store, None, LATER).agrees
    assert feed.paused_s == [7, 1]


REFUSALS: dict[str, Callable[[], list[httpx.Response]]] = {
    "no right": lambda: [httpx.Response(403, json={"title": "Forbidden"})],
    "a day's quota": lambda: [httpx.Response(429, headers={"retry-after": str(int(LONGEST_WAIT_S) + 1)})],
    "for ever unavailable": lambda: [httpx.Response(503) for _ in range(9)],
    "a suspended client": lambda: [httpx.Response(401) for _ in range(9)],
}


@pytest.mark.parametrize("answers", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_told_in_the_end(
    api: PartnerApi, feed: Feed, store: EventStore, answers: Callable[[], list[httpx.Response]]
) -> None:
    feed.before = answers()
    with pytest.raises(ApiRefused):
        reconcile(api, store, None, LATER)
