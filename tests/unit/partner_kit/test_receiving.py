"""What the kit reads is what the platform writes, and a receiver says yes only to what it has stored."""

from __future__ import annotations

import http.client
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from examples.partner.cases import Sender, new_events
from examples.partner.errors import EventUnreadable
from examples.partner.events import BATCH, SINGLE, event_of_record, events_in, find_fact
from examples.partner.folder import Folder
from examples.partner.receiving import LARGEST_BYTES, Inbox, secrets_of
from examples.partner.store import EventStore
from services.verification.domain.public_fact import batch_of, cloud_event
from tests.support.partner_kit import OTHER_SECRET, SECRET, receiver
from tests.support.tree import ROOT

NOW_S = 1_800_000_000
EXAMPLE: dict[str, Any] = json.loads(
    (ROOT / "libs/contracts/examples/CertificateStatusPublished.json").read_text("utf-8")
)


def as_webhook() -> bytes:
    """The catalogue's example as verification writes it."""
    names = ("id", "source", "type", "subject", "time", "sequence")
    return cloud_event({name: EXAMPLE["headers"][f"ce_{name}"] for name in names}, EXAMPLE["data"])


def test_a_record_a_webhook_and_a_batch_say_the_same() -> None:
    headers = {name: value.encode() for name, value in EXAMPLE["headers"].items()}
    record = find_fact(event_of_record(headers, json.dumps(EXAMPLE["data"]).encode()))
    (single,) = events_in(SINGLE, as_webhook())
    first, second = events_in(f"{BATCH}; charset=utf-8", batch_of([as_webhook(), as_webhook()]))
    assert record is not None
    assert record == find_fact(single) == find_fact(first) == find_fact(second)
    assert (record.number, record.log_index) == (EXAMPLE["data"]["number"], EXAMPLE["data"]["log_index"])


@pytest.mark.parametrize("missing", ["id", "subject", "sequence", "time", "data"])
def test_an_event_that_lacks_something_is_not_read(missing: str) -> None:
    event = json.loads(as_webhook())
    del event[missing]
    with pytest.raises(EventUnreadable):
        find_fact(event)


@pytest.mark.parametrize(
    ("kind", "body"),
    [(SINGLE, b"[]"), (BATCH, b"{}"), ("text/plain", b"{}"), (SINGLE, b"{"), (SINGLE, b"\xff")],
)
def test_what_is_no_message_of_events_is_not_read(kind: str, body: bytes) -> None:
    with pytest.raises(EventUnreadable):
        events_in(kind, body)


def test_what_cannot_be_stored_is_not_taken(tmp_path: Path) -> None:
    store = EventStore(tmp_path / "events.sqlite3")
    inbox = Inbox(store, lambda: [SECRET], lambda: NOW_S)
    post = Sender(SECRET).genuine(*new_events(1), at_s=NOW_S)
    store.close()
    assert inbox.take(post.headers, post.body).status == HTTPStatus.SERVICE_UNAVAILABLE


def test_a_batch_with_one_unreadable_event_is_not_taken_in_part(tmp_path: Path) -> None:
    store = EventStore(tmp_path / "events.sqlite3")
    inbox = Inbox(store, lambda: [SECRET], lambda: NOW_S)
    good, bad = new_events(2)
    del bad["data"]["status"]
    post = Sender(SECRET).genuine(good, bad, at_s=NOW_S)
    assert inbox.take(post.headers, post.body).status == HTTPStatus.BAD_REQUEST
    assert store.all() == []
    store.close()


def test_a_new_secret_counts_without_a_restart(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    store = EventStore(folder.events)
    inbox = Inbox(store, secrets_of(folder), lambda: NOW_S)
    post = Sender(OTHER_SECRET).genuine(*new_events(1), at_s=NOW_S)
    assert inbox.take(post.headers, post.body).status == HTTPStatus.UNAUTHORIZED
    folder.add_webhook_secret(SECRET)
    assert inbox.take(post.headers, post.body).status == HTTPStatus.UNAUTHORIZED
    folder.add_webhook_secret(OTHER_SECRET)
    assert inbox.take(post.headers, post.body).status == HTTPStatus.NO_CONTENT
    store.close()


@pytest.mark.parametrize("length", [str(LARGEST_BYTES + 1), "9" * 5000, "-1", "many", ""])
def test_what_is_too_long_or_of_unknown_length_is_refused_unread(tmp_path: Path, length: str) -> None:
    with receiver(tmp_path / "events.sqlite3") as url:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        connection.putrequest("POST", parts.path)
        connection.putheader("Content-Length", length)
        connection.endheaders()
        assert connection.getresponse().status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        connection.close()
