"""The status list: what its bits say, as Token Status List's own examples have them, and what is signed."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.certificates import CertificateStatus
from services.verification.adapters.status_bits import StatusBits
from services.verification.domain.status_list import (
    LIST_SIZE,
    ListHead,
    ListStatus,
    compressed,
    digest_of,
    listed_as,
    prepare,
    published,
    status_in,
)
from tests.support.listing import own_key

AS_OF = datetime(2026, 11, 23, 11, 59, 58, 700_000, UTC)
URI = "http://localhost:8080/api/verification/v1/status-lists/0"
STATUSES = st.sampled_from(ListStatus)

# Token Status List (draft 21), section "Byte Array" with two bits, and its compressed form in CBOR.
TWELVE = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
TWELVE_PACKED = "c944f9"
TWELVE_COMPRESSED = "78da3be9f2130003df0207"
# The same, "Test vectors for Status List encoding", two bits: 2^20 places, all valid but these.
LONG = {
    0: 1,
    1993: 2,
    25460: 1,
    159495: 3,
    495669: 1,
    554353: 1,
    645645: 2,
    723232: 1,
    854545: 1,
    934534: 2,
    1000345: 3,
}
LONG_COMPRESSED = (
    "78daeddb310d00211000412ea1a04004fe5520ed357c28c81d3312b6df68bc65480000000000406e21010000000000000000"
    "000000000000000000000000000000000000000000000040795b020000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000080f4ba0400000000000000000000000000406d764a000000000000000000000000000000000000000000e0"
    "922101000000000000000000000000000000000000fc13120000000000000000000000000000000000000000000000000000"
    "0000000000c0912e01000000000000000000000000000000000000c07d4b02000000000000000000000000000000a8614a00"
    "00000000000000000000406a1fcd60010c"
)


def test_the_drafts_short_example_is_written_byte_by_byte() -> None:
    bits = StatusBits()
    for index, status in enumerate(TWELVE):
        bits.note(index, ListStatus(status))
    assert [packed.hex() for packed in bits.packed()] == [TWELVE_PACKED]
    assert zlib.decompress(bytes.fromhex(TWELVE_COMPRESSED)).hex() == TWELVE_PACKED


def test_the_drafts_long_example_is_written_byte_by_byte() -> None:
    bits = StatusBits()
    for index in range(LIST_SIZE):
        bits.note(index, ListStatus(LONG.get(index, 0)))
    (packed,) = bits.packed()
    assert zlib.decompress(bytes.fromhex(LONG_COMPRESSED)) == packed


@given(st.dictionaries(st.integers(0, 3 * LIST_SIZE), STATUSES, max_size=30))
def test_every_status_reads_back_and_a_place_that_nobody_has_is_invalid(noted: dict[int, ListStatus]) -> None:
    bits = StatusBits()
    for index, status in noted.items():
        bits.note(index, status)
    lists = bits.packed()
    assert all(len(packed) == LIST_SIZE // 4 for packed in lists[:-1])
    for index in {*noted, *(index + step for index in noted for step in (-1, 1) if index + step >= 0)}:
        number, place = divmod(index, LIST_SIZE)
        read = status_in(lists[number], place) if number < len(lists) else None
        beyond = index > max(noted) and read is None
        assert beyond or read is noted.get(index, ListStatus.INVALID)


@given(st.binary(max_size=3000))
def test_any_inflater_gives_back_what_was_compressed(packed: bytes) -> None:
    assert zlib.decompress(compressed(packed)) == packed


@given(st.integers(1, 4).flatmap(lambda width: st.binary(min_size=width, max_size=width)))
def test_a_list_is_small_where_it_says_the_same_over_and_over(pattern: bytes) -> None:
    packed = (pattern[:1] * 500 + pattern) * 500
    assert len(compressed(packed)) < len(packed) / 8


@given(st.lists(STATUSES, min_size=1, max_size=9))
def test_the_last_word_counts(statuses: list[ListStatus]) -> None:
    bits = StatusBits()
    for status in statuses:
        bits.note(2, status)
    assert status_in(bits.packed()[0], 2) is statuses[-1]
    assert status_in(bits.packed()[0], 1) is ListStatus.INVALID


def test_there_is_a_list_before_anything_is_issued_and_it_holds_nothing() -> None:
    (packed,) = StatusBits().packed()
    assert status_in(packed, 0) is None


@pytest.mark.parametrize(
    ("status", "listed", "in_doubt"),
    [
        (CertificateStatus.VALID, ListStatus.VALID, ListStatus.SUSPENDED),
        (CertificateStatus.REVOKED, ListStatus.INVALID, ListStatus.INVALID),
        (CertificateStatus.SUSPENDED, ListStatus.SUSPENDED, ListStatus.SUSPENDED),
        (CertificateStatus.SUPERSEDED, ListStatus.SUPERSEDED, ListStatus.SUPERSEDED),
    ],
)
def test_what_is_in_doubt_is_never_listed_as_valid(
    status: CertificateStatus, listed: ListStatus, in_doubt: ListStatus
) -> None:
    assert (listed_as(status), listed_as(status, doubted=True)) == (listed, in_doubt)


def token(key: Any) -> bytes:
    unsigned = prepare(compressed(b"\x55"), URI, AS_OF, key.key_id)
    return unsigned.signed(key.sign(unsigned.to_be_signed))


def test_a_common_reader_finds_the_claims_of_a_status_list_token() -> None:
    key = own_key()
    message = cbor2.loads(token(key))
    assert message.tag == 18
    protected, unprotected, claims, signature = message.value
    assert cbor2.loads(protected) == {1: -7, 4: key.key_id, 16: "application/statuslist+cwt"}
    assert unprotected == {}
    assert cbor2.loads(claims) == {
        2: URI,
        4: int(AS_OF.timestamp()) + 86_400,
        6: int(AS_OF.timestamp()),
        65534: 900,
        65533: {"bits": 2, "lst": compressed(b"\x55")},
    }
    assert len(signature) == 64


def test_the_signature_is_over_all_of_it() -> None:
    key = own_key()
    protected, _, claims, signature = cbor2.loads(token(key)).value
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    public = key._private.public_key()
    signed = cbor2.dumps(["Signature1", protected, b"", claims])
    public.verify(der, signed, ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(der, signed.replace(b"bits\x02", b"bits\x01"), ECDSA(hashes.SHA256()))


def head(**changed: Any) -> ListHead:
    usual: dict[str, Any] = {"number": 0, "as_of": AS_OF, "places": 4, "digest": "one", "etag": "e"}
    return ListHead(**(usual | changed))


@pytest.mark.parametrize(
    ("digest", "later", "due"),
    [
        ("one", timedelta(minutes=14), False),
        ("one", timedelta(minutes=15), True),
        ("two", timedelta(seconds=1), True),
        ("two", timedelta(0), False),
        ("two", -timedelta(minutes=30), False),
    ],
)
def test_a_list_is_due_when_it_changed_or_grew_old_and_never_goes_back(
    digest: str, later: timedelta, *, due: bool
) -> None:
    assert head().is_due(digest, AS_OF + later) is due


def test_a_published_list_tells_whole_seconds_and_is_known_by_its_bytes() -> None:
    one, other = (published(0, b"\x55\x00", AS_OF, token(own_key())) for _ in range(2))
    assert one.head.as_of == AS_OF.replace(microsecond=0)
    assert one.head.expires_at == one.head.as_of + timedelta(hours=24)
    assert (one.head.places, one.head.digest) == (8, digest_of(b"\x55\x00"))
    assert one.head.etag != other.head.etag
