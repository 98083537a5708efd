"""The conformance checks: the kit's own receiver passes, each receiver that errs is found out by name."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest

from examples.partner.conforming import Outcome, conform, conform_with_store
from examples.partner.errors import KitError
from examples.partner.receiving import Inbox, Reply
from examples.partner.signatures import SignatureWrong, check
from examples.partner.store import EventStore
from tests.support.partner_kit import SECRET, Answer, receiver
from tests.support.tree import ROOT

Headers = Mapping[str, str]

TAKEN = Reply(HTTPStatus.NO_CONTENT, "")
LISTING = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from examples.partner.store import EventStore
for fact in EventStore(Path(sys.argv[2])).all():
    print(fact.id, fact.status)
"""


def wrong(outcomes: list[Outcome]) -> set[str]:
    return {outcome.case for outcome in outcomes if not outcome.is_right}


def listing(path: Path) -> list[str]:
    return [sys.executable, "-c", LISTING, str(ROOT), str(path)]


def test_the_kits_own_receiver_does_all_of_it_right(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite3"
    with receiver(path) as url:
        outcomes = list(conform_with_store(url, SECRET, listing(path)))
    assert wrong(outcomes) == set()
    assert len(outcomes) == 26


def trusting(_right: Inbox, _headers: Headers, _body: bytes) -> Reply:
    return TAKEN


def refusing(_right: Inbox, _headers: Headers, _body: bytes) -> Reply:
    return Reply(HTTPStatus.UNAUTHORIZED, "")


def timeless(right: Inbox, headers: Headers, body: bytes) -> Reply:
    """Checks the signature and never looks at the moment."""
    try:
        check(headers, body, [SECRET], int(headers.get("webhook-timestamp", "0")))
    except SignatureWrong:
        return right.take(headers, body)
    return TAKEN


def tidying(right: Inbox, headers: Headers, body: bytes) -> Reply:
    """Reads the body before the check, and checks what it wrote again."""
    return right.take(headers, json.dumps(json.loads(body), separators=(",", ":")).encode())


def leaving(right: Inbox, headers: Headers, body: bytes) -> Reply:
    """Says `gone` to what it doesn't believe, which would end the subscription."""
    reply = right.take(headers, body)
    return replace(reply, status=HTTPStatus.GONE) if reply.status == HTTPStatus.UNAUTHORIZED else reply


def with_first_signature(right: Inbox, headers: Headers, body: bytes) -> Reply:
    first = headers.get("webhook-signature", "").partition(" ")[0]
    return right.take({**headers, "webhook-signature": first}, body)


def of_known_fields(right: Inbox, headers: Headers, body: bytes) -> Reply:
    return refusing(right, headers, body) if b"of_tomorrow" in body else right.take(headers, body)


def of_single_events(right: Inbox, headers: Headers, body: bytes) -> Reply:
    return refusing(right, headers, body) if body.startswith(b"[") else right.take(headers, body)


def in_order() -> Answer:
    """Refuses a fact whose forerunner hasn't come."""
    seen: set[tuple[str, int]] = set()

    def answer(right: Inbox, headers: Headers, body: bytes) -> Reply:
        read = json.loads(body)
        for event in read if isinstance(read, list) else [read]:
            place = int(event["sequence"])
            if place > 1 and (event["subject"], place - 1) not in seen:
                return refusing(right, headers, body)
            seen.add((event["subject"], place))
        return right.take(headers, body)

    return answer


ERRING: Mapping[str, tuple[Answer, set[str]]] = {
    "times": (timeless, {"old", "from the future"}),
    "bytes": (tidying, {"one more space in the body"}),
    "rotation": (with_first_signature, {"three signatures, the last one right"}),
    "fields": (of_known_fields, {"a field that nobody knows yet"}),
    "order": (in_order(), {"the second fact before the first"}),
    "batches": (of_single_events, {"a batch of three", "a batch with one known fact"}),
}


@pytest.mark.parametrize(("answer", "expected"), ERRING.values(), ids=ERRING.keys())
def test_a_receiver_that_errs_in_one_thing_is_told_that_thing(
    tmp_path: Path, answer: Answer, expected: set[str]
) -> None:
    with receiver(tmp_path / "events.sqlite3", answer) as url:
        assert wrong(list(conform(url, SECRET))) == expected


@pytest.mark.parametrize(
    ("answer", "should"), [(trusting, "4xx, not 410"), (refusing, "2xx"), (leaving, "4xx, not 410")]
)
def test_a_receiver_that_errs_in_everything_is_told_all_of_it(
    tmp_path: Path, answer: Answer, should: str
) -> None:
    with receiver(tmp_path / "events.sqlite3", answer) as url:
        outcomes = list(conform(url, SECRET))
    assert wrong(outcomes) == {outcome.case for outcome in outcomes if outcome.should == should}


def test_nobody_at_the_address_is_told(tmp_path: Path) -> None:
    with receiver(tmp_path / "events.sqlite3") as url:
        pass
    assert {outcome.did for outcome in conform(url, SECRET)} == {"ConnectError"}


def test_right_answers_with_nothing_behind_them_are_found_out(tmp_path: Path) -> None:
    """It answers as it should and stores elsewhere, that is: nowhere."""
    empty = tmp_path / "empty.sqlite3"
    EventStore(empty).close()
    with receiver(tmp_path / "events.sqlite3") as url:
        outcomes = list(conform_with_store(url, SECRET, listing(empty)))
    assert wrong(outcomes) == {"stored: all that was taken"}


def test_what_is_stored_twice_or_never_was_genuine_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite3"
    twice = "import subprocess, sys; out = subprocess.check_output(sys.argv[1:], text=True); print(out + out)"
    with receiver(path) as url:
        outcomes = list(conform_with_store(url, SECRET, [sys.executable, "-c", twice, *listing(path)]))
        assert wrong(outcomes) == {"stored: each once"}
    marker = tmp_path / "asked"
    forged = (
        f"import pathlib; p = pathlib.Path({str(marker)!r}); print('forged') if p.exists() else p.touch()"
    )
    with receiver(path) as url:
        outcomes = list(conform_with_store(url, SECRET, [sys.executable, "-c", forged]))
    assert {"stored: nothing else", "stored: all that was taken"} == wrong(outcomes)


def test_a_listing_that_fails_is_told() -> None:
    with pytest.raises(KitError, match="no such store"):
        list(
            conform_with_store("http://127.0.0.1:1/", SECRET, [sys.executable, "-c", "exit('no such store')"])
        )
