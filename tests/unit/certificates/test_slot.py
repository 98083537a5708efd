"""The signature's slot: closed, digested around and filled without a signed byte changing."""

from __future__ import annotations

from hashlib import sha256

import pytest

from services.certificates.adapters.pdf import slot
from services.certificates.adapters.pdf.slot import (
    BYTE_RANGE,
    EMPTY_CONTENTS,
    SlotAmbiguous,
    SlotMissing,
    SlotOpen,
    SlotTooSmall,
)

BEFORE = b"%PDF-1.7\n1 0 obj\n<< /Type /Page /Contents 3 0 R >>\nendobj\n"
DICTIONARY = (
    f"2 0 obj\n<< /Type /Sig /ByteRange {BYTE_RANGE} /Contents {EMPTY_CONTENTS} >>\nendobj\n".encode()
)
AFTER = b"3 0 obj\n<< >>\nendobj\n%%EOF\n"
PDF = BEFORE + DICTIONARY + AFTER
CMS = bytes.fromhex("3082") + (300).to_bytes(2) + bytes(300)


def ranges(pdf: bytes) -> list[int]:
    return [int(number) for number in pdf.partition(b"/ByteRange [")[2].partition(b"]")[0].split()]


def test_a_closed_file_says_where_its_signature_stands() -> None:
    closed = slot.close(PDF)
    zero, first, second, rest = ranges(closed)
    assert (zero, len(closed), second + rest) == (0, len(PDF), len(PDF))
    assert closed[first:second] == EMPTY_CONTENTS.encode()


def test_the_digest_covers_all_but_the_slot() -> None:
    closed = slot.close(PDF)
    _, first, second, _ = ranges(closed)
    assert slot.digest(closed) == sha256(closed[:first] + closed[second:]).digest()


def test_filling_changes_no_signed_byte() -> None:
    closed = slot.close(PDF)
    filled = slot.fill(closed, CMS)
    assert len(filled) == len(closed)
    assert slot.digest(filled) == slot.digest(closed)
    assert slot.content(filled) == CMS
    assert slot.fill(filled, CMS) == filled


def test_a_longer_signature_gives_way_to_a_shorter_one() -> None:
    short = bytes.fromhex("30020500")
    filled = slot.fill(slot.fill(slot.close(PDF), CMS), short)
    assert slot.content(filled) == short


def test_an_empty_slot_holds_nothing() -> None:
    assert slot.content(slot.close(PDF)) == b""


def test_closing_twice_changes_nothing() -> None:
    assert slot.close(slot.close(PDF)) == slot.close(PDF)


def test_who_knows_the_place_gets_the_same_bytes() -> None:
    place = slot.find(PDF)
    closed = slot.close(PDF, place)
    assert slot.digest(closed, place) == slot.digest(slot.close(PDF))
    assert slot.fill(closed, CMS, place) == slot.fill(slot.close(PDF), CMS)


def test_an_open_slot_is_neither_digested_nor_filled() -> None:
    with pytest.raises(SlotOpen):
        slot.digest(PDF)
    with pytest.raises(SlotOpen):
        slot.fill(PDF, CMS)


def test_a_file_that_grew_after_it_was_closed_is_refused() -> None:
    with pytest.raises(SlotOpen):
        slot.digest(slot.close(PDF) + b"more")


def test_a_file_without_a_slot_is_told() -> None:
    with pytest.raises(SlotMissing):
        slot.close(BEFORE + AFTER)


def test_a_byte_range_without_a_value_is_told() -> None:
    with pytest.raises(SlotMissing):
        slot.close(BEFORE + DICTIONARY.replace(b"/Contents", b"/Content") + AFTER)


@pytest.mark.parametrize(
    "pdf",
    [
        BEFORE + DICTIONARY + DICTIONARY + AFTER,
        BEFORE + DICTIONARY.replace(b" >>", b" /Contents <00> >>") + AFTER,
    ],
)
def test_two_slots_are_refused(pdf: bytes) -> None:
    with pytest.raises(SlotAmbiguous):
        slot.close(pdf)


def test_a_signature_that_is_too_long_is_refused() -> None:
    with pytest.raises(SlotTooSmall):
        slot.fill(slot.close(PDF), bytes([0x30]) * 8193)


def test_numbers_that_have_no_room_are_refused() -> None:
    with pytest.raises(SlotTooSmall):
        slot.close(PDF.replace(BYTE_RANGE.encode(), b"[0 X X X]"))
