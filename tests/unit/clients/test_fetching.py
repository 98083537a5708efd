"""Keys and lists come from the platform alone, are looked at before they are kept, and never get older."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from khadamaty_verify import Folder
from khadamaty_verify.fetching import API, FetchFailed, ForbiddenOrigin, fetch, origin_of
from khadamaty_verify.lists import Status
from services.verification.domain.status_list import LIST_SIZE, ListStatus
from tests.support.ministry import AS_OF, Ministry
from tests.support.publishing import Published, serving

FIRST = f"{API}/status-lists/0"


@pytest.fixture
def published() -> Iterator[Published]:
    with serving() as published:
        yield published


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "data")


@pytest.fixture
def ministry(published: Published) -> Ministry:
    ministry = Ministry()
    ministry.bits.note(3, ListStatus.VALID)
    ministry.bits.note(LIST_SIZE + 1, ListStatus.INVALID)
    published.publish(ministry, dict(ministry.tokens()))
    return ministry


def test_everything_is_fetched_once_and_then_only_what_changed(
    published: Published, ministry: Ministry, folder: Folder
) -> None:
    assert fetch(published.origin, folder).changed == (0, 1)
    assert {path for path, _ in published.asked} == set(published.files)
    assert fetch(published.origin, folder).changed == ()
    published.asked.clear()
    ministry.bits.note(3, ListStatus.INVALID)
    tokens = {**ministry.tokens(AS_OF + timedelta(seconds=9)), 1: published.files[f"{API}/status-lists/1"]}
    published.publish(ministry, tokens)
    fetched = fetch(f"{published.origin}/", folder)
    assert fetched.changed == (0,)
    assert all(tag for path, tag in published.asked if "/status-lists/" in path)
    found = folder.load().lists.find(3)
    assert found is not None
    assert found[1] is Status.INVALID


def test_nothing_that_is_asked_for_tells_who_is_checked(
    published: Published, ministry: Ministry, folder: Folder
) -> None:
    assert ministry.bits.packed()
    fetch(published.origin, folder)
    assert all("?" not in path for path, _ in published.asked)


def test_an_older_list_than_the_one_that_is_here_is_refused(
    published: Published, ministry: Ministry, folder: Folder
) -> None:
    fetch(published.origin, folder)
    published.publish(ministry, dict(ministry.tokens(AS_OF - timedelta(seconds=1))))
    with pytest.raises(FetchFailed, match="older"):
        fetch(published.origin, folder)
    assert folder.load().lists.by_number[0].as_of == AS_OF


def test_a_list_in_anothers_place_is_refused(
    published: Published, ministry: Ministry, folder: Folder
) -> None:
    published.files[FIRST] = ministry.tokens()[1]
    with pytest.raises(FetchFailed, match="another one"):
        fetch(published.origin, folder)


def test_a_list_that_is_not_signed_is_refused_and_what_was_there_stays(
    published: Published, ministry: Ministry, folder: Folder
) -> None:
    fetch(published.origin, folder)
    good = folder.find_list(0)
    published.files[FIRST] = Ministry(bits=ministry.bits).tokens()[0]
    with pytest.raises(FetchFailed, match="none of the keys"):
        fetch(published.origin, folder)
    assert folder.find_list(0) == good


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{API}/keys", b"no json"),
        (f"{API}/keys", b"x" * 4_000_001),
        (f"{API}/status-lists", b"[]"),
        (f"{API}/status-lists", b'{"status_lists": [5]}'),
        (f"{API}/status-lists", b'{"status_lists": ["https://elsewhere.example/other/0"]}'),
        (FIRST, b"x" * 300_001),
        (FIRST, b"Location: http://127.0.0.1:9/"),
    ],
)
def test_an_answer_that_is_none_is_refused(
    published: Published, ministry: Ministry, folder: Folder, path: str, body: bytes
) -> None:
    assert ministry.bits.packed()
    published.files[path] = body
    with pytest.raises(FetchFailed):
        fetch(published.origin, folder)


def test_a_missing_list_is_told(published: Published, ministry: Ministry, folder: Folder) -> None:
    assert ministry.bits.packed()
    del published.files[FIRST]
    with pytest.raises(FetchFailed, match="404"):
        fetch(published.origin, folder)


def test_nobody_at_home_is_told(published: Published, folder: Folder) -> None:
    with serving() as gone:
        pass
    assert gone.origin != published.origin
    with pytest.raises(FetchFailed, match="no answer"):
        fetch(gone.origin, folder)


@pytest.mark.parametrize(
    "address",
    [
        "http://handicap.example",
        "ftp://localhost",
        "handicap.example",
        "https://",
        "https://user@handicap.example",
        "https://handicap.example/api",
        "https://handicap.example/?q",
        "file:///etc/passwd",
        "http://localhost.example",
    ],
)
def test_only_https_or_this_machine_is_asked(address: str, folder: Folder) -> None:
    with pytest.raises(ForbiddenOrigin):
        fetch(address, folder)


def test_an_origin_is_taken_with_its_port() -> None:
    assert origin_of("https://handicap.example:8443/") == "https://handicap.example:8443"
    assert origin_of("http://[::1]:80") == "http://[::1]:80"
