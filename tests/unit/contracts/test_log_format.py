"""Entries, tiles and checkpoints of the issuance log, as they are written and read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.certificates import CertificateStatus, CertificateStatusPublished
from libs.contracts.issuance_log.checkpoint import Checkpoint, NotACheckpoint
from libs.contracts.issuance_log.entry import (
    STATUS_AFTER,
    LogEntry,
    LogKind,
    NotAnEntry,
    Statement,
    find_statement,
    written,
)
from libs.contracts.issuance_log.tiles import Tile, bundled, entries_in, find_tile, hashes_in, tiles_of

MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
SALT = "5a" * 32
STATEMENT = Statement(
    certificate_id="019a0c01-5c00-7a10-8b20-000000000c01",
    number="2026/000123",
    version=1,
    status=CertificateStatus.VALID,
    document_sha256="7c" * 32,
    issued_on=date(2026, 11, 20),
    valid_until=None,
    changed_at=MORNING,
)
ENTRY = LogEntry(LogKind.ISSUED, MORNING, STATEMENT.commitment(SALT))


def test_what_is_committed_to_is_written_in_one_way() -> None:
    expected = (
        f'["khadamaty-log-1","{SALT}","019a0c01-5c00-7a10-8b20-000000000c01","2026/000123",1,"valid",'
        f'"{"7c" * 32}","2026-11-20",null,"2026-11-23T09:00:00.000000Z"]'
    ).encode()
    assert STATEMENT.canonical(SALT) == expected
    assert STATEMENT.commitment(SALT) == sha256(expected).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"certificate_id": "another"},
        {"number": "2026/000124"},
        {"version": 2},
        {"status": CertificateStatus.REVOKED},
        {"document_sha256": "7d" * 32},
        {"issued_on": date(2026, 11, 19)},
        {"valid_until": date(2027, 11, 20)},
        {"changed_at": MORNING - timedelta(microseconds=1)},
    ],
)
def test_nothing_can_change_under_a_commitment(change: dict[str, object]) -> None:
    assert replace(STATEMENT, **change).commitment(SALT) != STATEMENT.commitment(SALT)  # type: ignore[arg-type]


def test_another_salt_is_another_commitment() -> None:
    assert STATEMENT.commitment("5b" * 32) != STATEMENT.commitment(SALT)


def test_a_fact_leads_to_its_statement() -> None:
    fact = CertificateStatusPublished(
        certificate_id=STATEMENT.certificate_id,
        number=STATEMENT.number,
        version=1,
        status=CertificateStatus.VALID,
        issued_on=STATEMENT.issued_on,
        valid_until=None,
        changed_at=MORNING,
        document_sha256=STATEMENT.document_sha256,
        log_index=0,
        log_salt=SALT,
    )
    crossed = CertificateStatusPublished.model_validate_json(fact.model_dump_json())
    assert find_statement(crossed) == STATEMENT
    assert find_statement(fact.model_copy(update={"document_sha256": None})) is None


def test_a_leaf_says_nothing_but_kind_moment_and_commitment() -> None:
    assert (
        ENTRY.encoded()
        == (
            f'{{"at":"2026-11-23T09:00:00.000000Z","commitment":"{ENTRY.commitment}",'
            '"format":"khadamaty-log-1","kind":"issued"}'
        ).encode()
    )


@given(st.sampled_from(LogKind), st.datetimes(timezones=st.just(UTC)), st.none() | st.integers(0, 2**40))
def test_a_leaf_is_read_back(kind: LogKind, at: datetime, of: int | None) -> None:
    entry = LogEntry(kind, at, "ab" * 32, of)
    assert LogEntry.decoded(entry.encoded()) == entry


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"[]",
        b"null",
        ENTRY.encoded() + b" ",
        ENTRY.encoded().replace(b'"issued"', b'"invented"'),
        ENTRY.encoded().replace(b'"at"', b'"by":"somebody","at"'),
        ENTRY.encoded().replace(b"Z", b"+00:00"),
        ENTRY.encoded().replace(b"khadamaty-log-1", b"khadamaty-log-2"),
        ENTRY.encoded()[:-1],
    ],
)
def test_what_is_written_in_another_way_is_no_leaf(leaf: bytes) -> None:
    with pytest.raises(NotAnEntry):
        LogEntry.decoded(leaf)


def test_a_moment_is_written_in_utc() -> None:
    assert written(MORNING.astimezone(timezone(timedelta(hours=1)))) == "2026-11-23T09:00:00.000000Z"


def test_every_kind_but_a_void_one_leads_to_a_status() -> None:
    assert set(LogKind) - STATUS_AFTER.keys() == {LogKind.VOIDED}


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "0/000"),
        (Tile(0, 1_234_067), "0/x001/x234/067"),
        (Tile(None, 5, 17), "entries/005.p/17"),
        (Tile(2, 1000, 1), "2/x001/000.p/1"),
    ],
)
def test_a_tile_has_the_name_that_the_format_gives_it(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert find_tile(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "0/0",
        "0/1234",
        "00/000",
        "0/x000/001",
        "64/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000/",
        "data/000",
        "-1/000",
        "0/\u0660\u0660\u0660",
    ],
)
def test_another_spelling_is_no_tile(path: str) -> None:
    assert find_tile(path) is None


def test_the_tiles_of_a_tree() -> None:
    assert list(tiles_of(600)) == [Tile(0, 0), Tile(0, 1), Tile(0, 2, 88)]
    assert list(tiles_of(600, 1)) == [Tile(1, 0, 2)]
    assert list(tiles_of(600, None, 512)) == [Tile(None, 2, 88)]
    assert list(tiles_of(256, 0, 256)) == list(tiles_of(255, 1)) == []


@given(st.lists(st.binary(max_size=300)))
def test_a_bundle_is_taken_apart_again(entries: list[bytes]) -> None:
    assert entries_in(bundled(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x05abcd", b"\x00\x01a\x00"])
def test_a_bundle_that_is_cut_off_is_refused(bundle: bytes) -> None:
    with pytest.raises(ValueError, match="last entry"):
        entries_in(bundle)


def test_a_tile_holds_whole_hashes() -> None:
    assert hashes_in(b"a" * 32 + b"b" * 32) == [b"a" * 32, b"b" * 32]
    with pytest.raises(ValueError, match="whole"):
        hashes_in(b"a" * 33)


def test_a_checkpoint_is_read_back() -> None:
    checkpoint = Checkpoint("localhost:8080/log", 42, b"r" * 32)
    assert checkpoint.text == "localhost:8080/log\n42\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n"
    assert Checkpoint.read(checkpoint.text) == checkpoint
    assert Checkpoint.read(checkpoint.text + "an extension\n") == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n1\n",
        "log\n1\ncnI=\n",
        "log\n01\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "log\n-1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "\n1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "log\n1\n!!!!\n",
        "log\n1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=",
    ],
)
def test_another_text_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NotACheckpoint):
        Checkpoint.read(text)
