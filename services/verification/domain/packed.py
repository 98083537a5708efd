"""A version in some forty bytes, as every process keeps it to answer from memory."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from libs.contracts.certificates import CertificateStatus, SupersededBy
from services.verification.domain.certificate import Version, initials
from services.verification.domain.typed import KEY_BYTES, key_of
from services.verification.errors import Unpackable

HEAD: Final = struct.Struct("<BHHqIHH")
"""Marks, issued on, valid until, changed at, place in the status list, lengths of number and Arabic initials.

Days count from 2000-01-01, moments in microseconds from 1970; number and initials follow, JSON-escaped UTF-8.
"""

DAY_ZERO: Final = date(2000, 1, 1)
NO_DAY: Final = 0xFFFF
STATUS_MARKS: Final = 0b111
BY_SHIFT: Final = 3

_NO_INDEX: Final = 0xFFFFFFFF
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_STATUSES: Final = tuple(CertificateStatus)
_BY: Final = (None, *SupersededBy)
_LENGTH: Final = struct.Struct("<H")


class Mark:
    """What the three lowest bits of a row's first byte say; the last two are never stored."""

    VALID, SUSPENDED, SUPERSEDED, REVOKED = (_STATUSES.index(status) for status in CertificateStatus)
    EXPIRED = 4
    UNKNOWN = 5


@dataclass(frozen=True)
class Entry:
    """A version as an answer to its code needs it.

    Attributes:
        arabic_initials: First letters with their marks, a space between; empty once the person is erased,
            as is `latin_initials`.
    """

    version: Version
    arabic_initials: str = ""
    latin_initials: str = ""

    @classmethod
    def of(cls, version: Version, arabic_name: str, latin_name: str) -> Entry:
        """The entry of a version that prints these names."""
        return cls(version, initials(arabic_name), initials(latin_name))


def pack(entry: Entry) -> bytes:
    """The row of a version.

    Raises:
        Unpackable: A day lies outside 2000 to 2179, or a text is beyond all measure.
    """
    version = entry.version
    marks = _STATUSES.index(version.status) | _BY.index(version.superseded_by) << BY_SHIFT
    number, arabic, latin = (
        _escaped(text) for text in (version.number, entry.arabic_initials, entry.latin_initials)
    )
    until = NO_DAY if version.valid_until is None else _day_number(version.valid_until)
    changed_us = 0 if version.changed_at is None else (version.changed_at - _EPOCH) // _MICROSECOND
    index = _NO_INDEX if version.status_index is None else version.status_index
    try:
        head = HEAD.pack(
            marks, _day_number(version.issued_on), until, changed_us, index, len(number), len(arabic)
        )
    except struct.error:
        raise Unpackable from None
    return head + number + arabic + latin


def unpack(row: bytes) -> Entry:
    """The version of a row; its code's digest isn't in it, since the row is found by that."""
    marks, issued, until, changed_us, index, number_size, arabic_size = HEAD.unpack_from(row)
    arabic_at = HEAD.size + number_size
    latin_at = arabic_at + arabic_size
    version = Version(
        number=_plain(row[HEAD.size : arabic_at]),
        code_hash="",
        status=_STATUSES[marks & STATUS_MARKS],
        issued_on=DAY_ZERO + timedelta(issued),
        valid_until=None if until == NO_DAY else DAY_ZERO + timedelta(until),
        changed_at=_EPOCH + changed_us * _MICROSECOND if changed_us else None,
        superseded_by=_BY[marks >> BY_SHIFT],
        status_index=None if index == _NO_INDEX else index,
    )
    return Entry(version, _plain(row[arabic_at:latin_at]), _plain(row[latin_at:]))


def place_of(row: bytes) -> tuple[int | None, CertificateStatus]:
    """A version's place in the status list, None where it has none, and its status."""
    marks, _, _, _, index, _, _ = HEAD.unpack_from(row)
    return None if index == _NO_INDEX else index, _STATUSES[marks & STATUS_MARKS]


def rows_of(entries: Iterable[Entry]) -> Iterator[tuple[bytes, bytes]]:
    """The keys and rows of versions."""
    for entry in entries:
        yield key_of(entry.version.code_hash), pack(entry)


def nameless(versions: Iterable[Version]) -> Iterator[tuple[bytes, bytes]]:
    """The keys and rows of versions whose person can no longer be named."""
    return rows_of(Entry(version) for version in versions)


def without_names(row: bytes) -> bytes:
    """A row as it stands once its person is erased."""
    return pack(replace(unpack(row), arabic_initials="", latin_initials=""))


def bundle(rows: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Keys and rows of one certificate in a piece, to be sealed."""
    return b"".join(key + _LENGTH.pack(len(row)) + row for key, row in rows)


def unbundle(piece: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The keys and rows in what `bundle` made."""
    at = 0
    while at < len(piece):
        row_at = at + KEY_BYTES + _LENGTH.size
        (size,) = _LENGTH.unpack_from(piece, at + KEY_BYTES)
        yield piece[at : at + KEY_BYTES], piece[row_at : row_at + size]
        at = row_at + size


def _day_number(day: date) -> int:
    number = (day - DAY_ZERO).days
    if not 0 <= number < NO_DAY:
        raise Unpackable
    return number


def _escaped(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "replace")


def _plain(escaped: bytes) -> str:
    text: str = json.loads(b'"' + escaped + b'"')
    return text
