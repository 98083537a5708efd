"""The place in a PDF where its signature goes: closed when the file is whole, digested, then filled."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from re import compile as pattern
from typing import Final

SLOT_BYTES: Final = 8192
# Both as reportlab's writer puts them; the numbers keep their place until the file's length is known.
BYTE_RANGE: Final = "[0 XXXXXXXXXX XXXXXXXXXX XXXXXXXXXX]"
EMPTY_CONTENTS: Final = f"<{'0' * (2 * SLOT_BYTES)}>"

_KEY = b"/ByteRange"
_RANGE = pattern(rb"/ByteRange\s*(\[\s*0\s+(\d+|X+)\s+(\d+|X+)\s+(\d+|X+)\s*\] *)")
_CONTENTS = pattern(rb"/Contents\s*(<[0-9A-Fa-f]*>)")
_FIRST_BYTES = 4


class SlotUnusable(Exception):
    """The signature can't stand in this file."""


class SlotMissing(SlotUnusable):
    """The file holds no place for a signature."""


class SlotAmbiguous(SlotUnusable):
    """The file holds more than one place for a signature: which bytes would be signed isn't certain."""


class SlotOpen(SlotUnusable):
    """The byte range isn't the whole file but the slot: never closed, or the file was changed since."""


class SlotTooSmall(SlotUnusable):
    """What is to be written doesn't fit the place that was left for it."""


@dataclass(frozen=True)
class Slot:
    """Where the slot lies, in bytes from the file's beginning.

    Attributes:
        range_start: The first bracket of the byte range.
        range_end: After its last bracket and the blanks behind it.
        start: The first angle bracket of the signature's value: what is signed ends before it.
        end: After the last angle bracket: what is signed goes on here.
    """

    range_start: int
    range_end: int
    start: int
    end: int


def find(pdf: bytes) -> Slot:
    """The one slot of a file.

    Raises:
        SlotMissing: There's none.
        SlotAmbiguous: There are several.
    """
    at = pdf.find(_KEY)
    if at < 0:
        raise SlotMissing
    if pdf.find(_KEY, at + 1) >= 0:
        raise SlotAmbiguous
    begin = max(pdf.rfind(b" obj", 0, at), 0)
    end = pdf.find(b"endobj", at)
    written = _RANGE.match(pdf, at)
    values = list(_CONTENTS.finditer(pdf, begin, end if end >= 0 else len(pdf)))
    if written is None or not values:
        raise SlotMissing
    if len(values) > 1:
        raise SlotAmbiguous
    return Slot(*written.span(1), *values[0].span(1))


def close(pdf: bytes, slot: Slot | None = None) -> bytes:
    """Write the byte range (ISO 32000-1, section 12.8.1) of a file that is otherwise whole.

    Args:
        pdf: A file with one slot; its length stays.
        slot: Where that is, for whoever knows it already.

    Raises:
        SlotMissing: There's no slot.
        SlotAmbiguous: There are several.
        SlotTooSmall: The numbers don't fit in their place.
    """
    slot = slot or find(pdf)
    room = slot.range_end - slot.range_start
    numbers = _numbers(pdf, slot).ljust(room)
    if len(numbers) > room:
        raise SlotTooSmall
    return b"".join((pdf[: slot.range_start], numbers, pdf[slot.range_end :]))


def digest(pdf: bytes, slot: Slot | None = None) -> bytes:
    """The SHA-256 of all bytes of a closed file but those of the slot: what the signature covers.

    Raises:
        SlotMissing: There's no slot.
        SlotAmbiguous: There are several.
        SlotOpen: Its byte range says something else.
    """
    slot = _closed(pdf, slot)
    view = memoryview(pdf)
    hashed = sha256(view[: slot.start])
    hashed.update(view[slot.end :])
    return hashed.digest()


def fill(pdf: bytes, cms_der: bytes, slot: Slot | None = None) -> bytes:
    """Write a signature into the slot of a closed file; the bytes that are signed stay as they are.

    Args:
        pdf: A closed file.
        cms_der: The CMS SignedData; zeros fill what it leaves free.
        slot: Where that is, for whoever knows it already.

    Raises:
        SlotMissing: There's no slot.
        SlotAmbiguous: There are several.
        SlotOpen: Its byte range says something else.
        SlotTooSmall: The signature is longer than the slot.
    """
    slot = _closed(pdf, slot)
    room = slot.end - slot.start - 2
    value = cms_der.hex().encode()
    if len(value) > room:
        raise SlotTooSmall
    return b"".join((pdf[: slot.start + 1], value, b"0" * (room - len(value)), pdf[slot.end - 1 :]))


def content(pdf: bytes) -> bytes:
    """The CMS in the slot of a file, without the zeros behind it; nothing where the slot is empty.

    Raises:
        SlotMissing: There's no slot.
        SlotAmbiguous: There are several.
    """
    slot = find(pdf)
    value = bytes.fromhex(pdf[slot.start + 1 : slot.end - 1].decode())
    return value[: _length_of(value)]


def _closed(pdf: bytes, slot: Slot | None) -> Slot:
    slot = slot or find(pdf)
    if pdf[slot.range_start : slot.range_end].rstrip() != _numbers(pdf, slot):
        raise SlotOpen
    return slot


def _numbers(pdf: bytes, slot: Slot) -> bytes:
    return b"[0 %d %d %d]" % (slot.start, slot.end, len(pdf) - slot.end)


def _length_of(der: bytes) -> int:
    """How long the DER value at the beginning is, header included; 0 for none (X.690, section 8.1.3)."""
    if len(der) < _FIRST_BYTES or der[0] == 0:
        return 0
    if der[1] < 0x80:  # noqa: PLR2004 - the short form's limit
        return 2 + der[1]
    count = der[1] & 0x7F
    return 2 + count + int.from_bytes(der[2 : 2 + count])
