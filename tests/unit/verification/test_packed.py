"""Rows hold what an answer needs, codes are read as the contract has it, and the digest knows no order."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from libs.chassis.crypto import Tampered
from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.code import (
    ALPHABET,
    MalformedCode,
    code_hash,
    code_of,
    format_code,
    parse,
    suggest,
)
from services.verification.adapters.misses import Misses
from services.verification.adapters.packed_table import PackedTable
from services.verification.adapters.row_sealer import RowSealer
from services.verification.api.told import UNKNOWN, day_number, told
from services.verification.domain.certificate import Version, answer_of
from services.verification.domain.packed import (
    Entry,
    bundle,
    nameless,
    pack,
    place_of,
    rows_of,
    unbundle,
    unpack,
    without_names,
)
from services.verification.domain.typed import KEY_BYTES, Malformed, key_of, read, read_plain
from services.verification.errors import Unpackable

TODAY = date(2026, 11, 23)
VERSION = Version(
    number="2026/000123",
    code_hash="",
    status=CertificateStatus.VALID,
    issued_on=date(2026, 11, 20),
    valid_until=date(2031, 11, 19),
    status_index=70_000,
)
NAMES = [
    ("", ""),
    ("ياسين أيت وَعزيز", "Yassine Aït Ouâziz"),
    ('"é\\ \x07x', "e\N{COMBINING ACUTE ACCENT}a "),
    ("ن " * 90, "N " * 90),
]
VERSIONS = [
    VERSION,
    replace(VERSION, valid_until=None, status_index=None),
    replace(VERSION, valid_until=date(2026, 11, 22)),
    replace(VERSION, valid_until=TODAY, changed_at=datetime(2026, 1, 2, 3, 4, 5, 678, UTC)),
    *(
        replace(
            VERSION,
            status=CertificateStatus.SUPERSEDED,
            superseded_by=by,
            changed_at=datetime(2026, 11, 21, tzinfo=UTC),
        )
        for by in (None, *SupersededBy)
    ),
    replace(VERSION, status=CertificateStatus.SUSPENDED, changed_at=datetime(2026, 11, 21, 10, 0, 0, 5, UTC)),
    replace(VERSION, status=CertificateStatus.REVOKED, status_index=(1 << 32) - 2, number='"7\\'),
]


def of_the_contract(text: str) -> bytes | Malformed:
    """What `libs.contracts.code` says of a text."""
    try:
        return key_of(code_hash(parse(text)))
    except MalformedCode as error:
        return Malformed(error.fault, suggest(text))


def mutated(drawn: random.Random) -> str:
    """A code, rarely as it should be."""
    text = list(format_code(code_of(drawn.randbytes(10))))
    kind = drawn.randrange(6)
    if kind == 0:
        text[drawn.randrange(len(text))] = drawn.choice("8B5S2Z6GVYU17MNCG0DQPREFWKXOILoilu?_+é٣ \t-")
    elif kind == 1:
        place = drawn.randrange(len(text) - 1)
        text[place], text[place + 1] = text[place + 1], text[place]
    elif kind == 2:
        text = drawn.choices(ALPHABET + "U", k=17)
    elif kind == 3:
        text = [chr(drawn.randrange(300)) for _ in range(drawn.randrange(14, 20))]
    elif kind == 4:
        text = text[: drawn.randrange(len(text))]
    return "".join(text).lower() if drawn.random() < 0.3 else "".join(text)


def test_codes_are_read_as_the_contract_reads_them() -> None:
    drawn = random.Random(20)  # noqa: S311 - the same texts each time
    outcomes = set()
    for _ in range(3000):
        text = mutated(drawn)
        expected = of_the_contract(text)
        assert read(text) == expected, text
        if text.isascii():
            assert read_plain(text.encode()) == expected, text
        outcomes.add(expected.fault.value if isinstance(expected, Malformed) else "code")
    assert outcomes == {"code", "length", "characters", "check"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("names", NAMES)
def test_what_is_packed_is_unpacked(version: Version, names: tuple[str, str]) -> None:
    entry = Entry.of(version, *names)
    assert unpack(pack(entry)) == entry
    assert place_of(pack(entry)) == (version.status_index, version.status)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("names", NAMES)
def test_json_says_what_the_page_says(version: Version, names: tuple[str, str]) -> None:
    row = pack(Entry.of(version, *names))
    entry = unpack(row)
    answer = answer_of(entry.version, entry.arabic_initials, entry.latin_initials, TODAY)
    shown = answer.shown
    assert shown is not None
    said = json.loads(told(row, day_number(TODAY)))
    since = said.pop("since")
    assert (None if since is None else datetime.fromisoformat(since)) == shown.since
    assert said == {
        "verdict": answer.verdict,
        "reason": answer.reason,
        "suggestions": [],
        "number": shown.number,
        "issued_on": shown.issued_on.isoformat(),
        "valid_until": shown.valid_until and shown.valid_until.isoformat(),
        "superseded_by": shown.superseded_by,
        "arabic_name": shown.arabic_name or None,
        "latin_name": shown.latin_name or None,
        "content": None,
    }


def test_an_unknown_code_has_every_key_and_nothing_in_it() -> None:
    said = json.loads(told(UNKNOWN, day_number(TODAY)))
    assert (said.pop("verdict"), said.pop("reason"), said.pop("suggestions")) == ("unknown", "unknown", [])
    assert set(said.values()) == {None}


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2179, 6, 6)])
def test_a_day_beyond_a_rows_reach_is_refused_and_not_bent(day: date) -> None:
    with pytest.raises(Unpackable):
        pack(Entry(replace(VERSION, issued_on=day)))


def test_the_erased_are_not_named_and_their_status_stays() -> None:
    row = pack(Entry.of(VERSION, *NAMES[1]))
    assert without_names(row) == pack(Entry(VERSION))
    coded = replace(VERSION, code_hash=code_hash("0" * 16))
    assert dict(nameless([coded])) == {key_of(coded.code_hash): pack(Entry(VERSION))}


def test_a_bundle_is_taken_apart_again_and_opens_in_its_own_place_only() -> None:
    coded = [replace(version, code_hash=code_hash(f"{place:016}")) for place, version in enumerate(VERSIONS)]
    rows = list(rows_of(Entry.of(version, *NAMES[1]) for version in coded))
    sealer = RowSealer(b"k" * 32)
    sealed = sealer.seal("certificate-1", bundle(rows))
    assert list(unbundle(sealer.open("certificate-1", sealed))) == rows
    for other, place in ((sealer, "certificate-2"), (RowSealer(b"x" * 32), "certificate-1")):
        with pytest.raises(Tampered):
            other.open(place, sealed)


def rows_at_random(count: int) -> list[tuple[bytes, bytes]]:
    drawn = random.Random(3)  # noqa: S311 - the same rows each time
    return [(drawn.randbytes(KEY_BYTES), drawn.randbytes(drawn.randrange(20, 60))) for _ in range(count)]


def test_the_digest_tells_the_rows_and_not_their_order() -> None:
    rows = rows_at_random(200)
    one, other = PackedTable(), PackedTable()
    for key, row in rows:
        one.put(key, row)
    for key, row in reversed(rows):
        other.put(key, b"before")
        other.put(key, row)
        other.put(key, row)
    other.put(b"gone", b"row")
    assert one.digest() != other.digest()
    other.remove(b"gone")
    other.remove(b"never there")
    assert (one.digest(), len(one), dict(one)) == (other.digest(), len(other), dict(rows))
    one.put(rows[0][0], rows[1][1])
    assert one.digest() != other.digest()
    for key, _ in rows:
        one.remove(key)
    assert (one.digest(), len(one)) == (PackedTable().digest(), 0)


def test_wrong_codes_are_counted_by_network_and_forgotten_with_the_window() -> None:
    now_s = [100.0]
    misses = Misses(b"k" * 32, lambda: now_s[0], most=3, window_s=60)
    for _ in range(3):
        places = misses.find_places("192.0.2.1")
        assert places is not None
        misses.count(places, 1)
        misses.count(places, 0)
    assert misses.find_places("192.0.2.1") is None
    assert misses.find_places("192.0.2.2") is not None
    now_s[0] += 59.5
    assert (misses.find_places("192.0.2.1"), misses.retry_after_s()) == (None, 1)
    now_s[0] += 0.5
    assert misses.find_places("192.0.2.1") is not None
