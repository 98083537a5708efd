"""The small CBOR writes what a full library writes, reads it back, and refuses everything else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.cbor import Item, MalformedCbor, Tagged, decode, encode

NUMBERS = st.integers(min_value=-(1 << 64), max_value=(1 << 64) - 1)
TEXTS = st.text(max_size=300)
LEAVES = NUMBERS | st.binary(max_size=300) | TEXTS
ITEMS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NUMBERS, inner, max_size=4),
    max_leaves=6,
)


@given(ITEMS)
def test_a_common_reader_finds_what_was_written(item: Any) -> None:
    assert cbor2.loads(encode(item)) == item


@given(LEAVES | st.lists(LEAVES))
def test_it_writes_what_cbor2_writes(item: Any) -> None:
    assert encode(item) == cbor2.dumps(item, canonical=True)


def test_maps_are_in_the_order_of_their_encoded_keys() -> None:
    # RFC 8949, section 4.2.1, where the older canonical form put shorter keys first.
    shuffled: dict[int, Item] = {-1: 0, 100: 1, 10: 2}
    assert encode(shuffled).hex() == "a30a0218640120" + "00"


@given(ITEMS)
def test_it_reads_back_what_it_wrote(item: Any) -> None:
    with suppress(MalformedCbor):  # Items nested more deeply than payloads ever are.
        assert decode(encode(item)) == item


@given(st.binary(max_size=300))
def test_anything_is_read_or_refused_and_what_is_read_has_one_form(data: bytes) -> None:
    with suppress(MalformedCbor):
        assert encode(decode(data)) == data


@given(ITEMS, st.data())
def test_cut_short_is_refused(item: Item, data: st.DataObject) -> None:
    written = encode(item)
    with pytest.raises(MalformedCbor):
        decode(written[: data.draw(st.integers(0, len(written) - 1))])


@pytest.mark.parametrize(
    "data",
    [
        "1800",  # 0 in two bytes
        "190017",  # 23 in three bytes
        "5800",  # no bytes, with a long length
        "a20201 0101",  # keys out of order
        "a20101 0102",  # one key twice
        "0000",  # two items
        "9f00ff",  # an array without a length
        "f4",  # false
        "f93c00",  # a float
        "61ff",  # text that isn't UTF-8
        "a1616100",  # a text as key
        "bbffffffffffffffff",  # a map that can't be there
        "81" * 20 + "00",  # too deep
        "",
    ],
)
def test_other_forms_are_refused(data: str) -> None:
    with pytest.raises(MalformedCbor):
        decode(bytes.fromhex(data))


def test_a_tag_stays_with_its_item() -> None:
    assert decode(bytes.fromhex("d281 01".replace(" ", ""))) == Tagged(18, [1])


def test_a_number_beyond_64_bits_is_not_written() -> None:
    with pytest.raises(OverflowError):
        encode(1 << 64)
