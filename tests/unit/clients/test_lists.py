"""Status lists as somebody fetched them: read back place by place, and nothing believed that isn't signed."""

from __future__ import annotations

import json
import zlib
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khadamaty_verify import KeySet, StatusList, StatusLists, UntrustedList
from services.verification.domain.status_list import LIST_SIZE, ListStatus
from tests.support.listing import own_key
from tests.support.ministry import AS_OF, ORIGIN, Ministry

MINISTRY = Ministry()
KEYS = KeySet.from_json(json.dumps(MINISTRY.key_set))
CLAIMS: dict[int, Any] = {
    2: f"{ORIGIN}/api/verification/v1/status-lists/0",
    4: int(AS_OF.timestamp()) + 86_400,
    6: int(AS_OF.timestamp()),
    65534: 900,
    65533: {"bits": 2, "lst": zlib.compress(b"\xe4", 9)},
}
HEADER: dict[Any, Any] = {1: -7, 4: MINISTRY.list_key.key_id, 16: "application/statuslist+cwt"}


def signed(
    claims: object = CLAIMS, header: object = HEADER, tag: int = 18, unprotected: object = None
) -> bytes:
    """A message with these parts, truly signed by the ministry's key of lists."""
    protected, content = (cbor2.dumps(part, canonical=True) for part in (header, claims))
    signature = MINISTRY.list_key.sign(cbor2.dumps(["Signature1", protected, b"", content]))
    return cbor2.dumps(cbor2.CBORTag(tag, [protected, unprotected or {}, content, signature]), canonical=True)


def without(claims: dict[int, Any], key: int) -> dict[int, Any]:
    return {name: value for name, value in claims.items() if name != key}


@settings(max_examples=30)
@given(st.dictionaries(st.integers(0, 2 * LIST_SIZE), st.sampled_from(ListStatus), max_size=40))
def test_what_the_service_wrote_is_read_back(noted: dict[int, ListStatus]) -> None:
    ministry = Ministry(list_key=MINISTRY.list_key)
    for index, status in noted.items():
        ministry.bits.note(index, status)
    lists = ministry.lists(KEYS)
    for index, status in noted.items():
        found = lists.find(index)
        assert found is not None
        assert found[1] is not None
        assert found[1].value == status.value
    assert all(each.as_of == AS_OF for each in lists.by_number.values())


def test_places_are_counted_from_the_lowest_bits() -> None:
    # The draft's own example: one byte 0xe4 holds 0, 1, 2 and 3.
    found = StatusList.from_bytes(signed(), KEYS)
    assert [found.find(place) for place in range(5)] == [0, 1, 2, 3, None]


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"\xff",
        signed()[:-1],
        signed() + b"\x00",
        signed(tag=17),
        signed(unprotected={4: b"12345678"}),
        signed(header={**HEADER, 16: "application/statuslist+jwt"}),
        signed(header={**HEADER, 16: 1}),
        signed(header={1: -7, 4: MINISTRY.list_key.key_id}),
        signed(header={**HEADER, 1: -8}),
        signed(header={**HEADER, 4: b"\x00" * 8}),
        signed(header={**HEADER, 2: [16]}),
        signed(header=[]),
        signed(claims=[]),
        *(signed(without(CLAIMS, key)) for key in (2, 4, 6, 65533)),
        signed({**CLAIMS, 5: 1}),
        signed({**CLAIMS, 2: ORIGIN}),
        signed({**CLAIMS, 2: f"{ORIGIN}/status-lists/01"}),
        signed({**CLAIMS, 2: 5}),
        signed({**CLAIMS, 6: -1}),
        signed({**CLAIMS, 6: 1.5}),
        signed({**CLAIMS, 4: True}),
        signed({**CLAIMS, 4: 1 << 40}),
        signed({**CLAIMS, 65533: {"bits": 1, "lst": zlib.compress(b"\x00")}}),
        signed({**CLAIMS, 65533: {"bits": 2, "lst": b"\x00"}}),
        signed({**CLAIMS, 65533: {"bits": 2, "lst": zlib.compress(b"\x00")[:-1]}}),
        signed({**CLAIMS, 65533: {"bits": 2, "lst": zlib.compress(b"\x00") + b"\x00"}}),
        signed({**CLAIMS, 65533: {"bits": 2, "lst": zlib.compress(bytes(LIST_SIZE // 4 + 1))}}),
        signed({**CLAIMS, 65533: {"bits": 2, "lst": zlib.compress(bytes(1 << 26))}}),
        signed({**CLAIMS, 65533: {"bits": 2}}),
        signed({**CLAIMS, 65533: 7}),
    ],
)
def test_what_is_no_signed_list_is_not_believed(token: bytes) -> None:
    with pytest.raises(UntrustedList):
        StatusList.from_bytes(token, KEYS)


def test_a_list_that_somebody_else_signed_is_not_believed() -> None:
    MINISTRY.bits.note(0, ListStatus.VALID)
    stranger = own_key()
    stranger.key_id = MINISTRY.list_key.key_id
    with pytest.raises(UntrustedList, match="none of the keys"):
        StatusList.from_bytes(MINISTRY.tokens(by=stranger)[0], KEYS)


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_bit_of_a_list_can_be_changed(at: int, bit: int) -> None:
    token = bytearray(signed())
    token[at % len(token)] ^= 1 << bit
    with pytest.raises(UntrustedList):
        StatusList.from_bytes(bytes(token), KEYS)


def test_a_code_is_no_list() -> None:
    with pytest.raises(UntrustedList):
        StatusList.from_bytes(MINISTRY.payload(), KEYS)


def test_of_two_with_one_number_the_newer_one_counts() -> None:
    old, new = (StatusList.from_bytes(signed({**CLAIMS, 6: CLAIMS[6] + step}), KEYS) for step in (0, 60))
    for order in ((old, new), (new, old)):
        assert StatusLists.of(order).by_number[0] is new
