"""Two readers that were written apart agree: the platform's and khadamaty-verify's."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khadamaty_verify
from khadamaty_verify import Claims, KeySet, Malformed, Reason, verify
from libs.contracts.code import ALPHABET, format_code
from libs.contracts.qr import DocumentKind, MalformedPayload, QrClaims, address_of, payload_in, read
from services.verification.domain.status_list import ListStatus
from tests.support.ministry import CLAIMS, ORIGIN, Ministry
from tests.support.qr_keys import OwnQrKey

CODES: Final = 10_000
NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY: Final = NOW.date()
NAMES: Final = "ابتثجحخدذرزسشَُ abcdéïâ'-"
LISTED: Final = {
    Reason.VALID: ListStatus.VALID,
    Reason.EXPIRED: ListStatus.VALID,
    Reason.REVOKED: ListStatus.INVALID,
    Reason.SUSPENDED: ListStatus.SUSPENDED,
    Reason.SUPERSEDED: ListStatus.SUPERSEDED,
}
MINISTRY: Final = Ministry()
STRANGER: Final = OwnQrKey()


def told_by_both(text: str) -> tuple[Any, Any]:
    """What each reader makes of a text: the claims, or which layer is wrong."""
    try:
        mine: Any = as_client(read(payload_in(text)).claims)
    except MalformedPayload as error:
        mine = error.fault.value
    try:
        other: Any = khadamaty_verify.read(text).claims
    except Malformed as error:
        other = error.fault.value
    return mine, other


def as_client(claims: QrClaims) -> Claims:
    """The platform's claims as the client writes them."""
    epoch = date(1970, 1, 1)
    ends = claims.valid_until
    return Claims(
        number=claims.number,
        version=claims.version,
        kind=claims.kind.name.lower(),
        issued_s=(claims.issued_on - epoch).days * 86_400,
        expires_s=None if ends is None else ((ends - epoch).days + 1) * 86_400,
        arabic_name=claims.arabic_name,
        latin_name=claims.latin_name,
        code=format_code(claims.code),
        status_index=claims.status_index,
    )


def invented(rng: random.Random, index: int, *, expired: bool) -> QrClaims:
    """Claims of nobody, issued at least a few days before the list."""
    issued = TODAY - timedelta(days=rng.randrange(3, 900))
    ends = TODAY + timedelta(days=rng.randrange(-800, -1) if expired else rng.randrange(0, 3000))
    arabic, latin = ("".join(rng.choices(NAMES, k=rng.randrange(1, 60))) for _ in range(2))
    return QrClaims(
        number=f"{issued.year}/{rng.randrange(10**6):06d}",
        version=rng.randrange(1, 5),
        kind=rng.choice(list(DocumentKind)),
        issued_on=issued,
        valid_until=ends if expired or rng.random() < 0.7 else None,
        arabic_name=arabic,
        latin_name=latin if rng.random() < 0.9 else "",
        code="".join(rng.choices(ALPHABET, k=16)),
        status_index=index,
    )


def altered(rng: random.Random, payload: bytes) -> tuple[str, Reason]:
    """A payload with one byte changed, and what it has to come to by the platform's own reader."""
    at = rng.randrange(len(payload))
    changed = payload[:at] + bytes([payload[at] ^ 1 << rng.randrange(8)]) + payload[at + 1 :]
    text = address_of(changed, ORIGIN)
    try:
        known = read(changed).unsigned.key_id == MINISTRY.key_id
    except MalformedPayload:
        return text, Reason.MALFORMED
    return text, Reason.FORGED if known else Reason.UNKNOWN_KEY


def made(rng: random.Random, index: int) -> tuple[str, Reason]:
    """A code of a kind drawn by chance, and what it has to come to."""
    drawn = rng.choice([*LISTED, "altered", "forged", "unknown", "digits"])
    if isinstance(drawn, Reason):
        claims = invented(rng, index, expired=drawn is Reason.EXPIRED)
        return MINISTRY.code(claims, status=LISTED[drawn]), drawn
    claims = invented(rng, index, expired=False)
    MINISTRY.bits.note(index, ListStatus.VALID)
    if drawn == "altered":
        return altered(rng, MINISTRY.payload(claims))
    if drawn == "forged":
        return address_of(MINISTRY.payload(claims, by=STRANGER), ORIGIN), Reason.FORGED
    text = MINISTRY.code(claims)
    if drawn == "unknown":
        other = Ministry(qr_key=STRANGER)
        return other.code(claims), Reason.UNKNOWN_KEY
    return text[: -rng.randrange(1, 200)], Reason.MALFORMED


def test_ten_thousand_codes_come_to_what_they_are() -> None:
    rng = random.Random(5)  # noqa: S311 - repeatable, no secret
    codes = [made(rng, 7 * number) for number in range(CODES)]
    keys = KeySet.from_json(json.dumps(MINISTRY.key_set))
    lists = MINISTRY.lists(keys)
    verdicts = [verify(text, keys, lists, NOW) for text, _ in codes]
    wrong = [
        (text, expected, verdict.reason)
        for (text, expected), verdict in zip(codes, verdicts, strict=True)
        if verdict.reason is not expected
    ]
    assert wrong == []
    assert all(verdict.claims is None for verdict in verdicts if verdict.as_of is None)
    drawn = Counter(expected for _, expected in codes)
    assert (
        min(drawn[reason] for reason in [*LISTED, Reason.FORGED, Reason.UNKNOWN_KEY, Reason.MALFORMED]) > 500
    )


def test_both_read_the_same_out_of_thousands_of_codes_and_of_what_was_made_of_them() -> None:
    rng = random.Random(6)  # noqa: S311 - repeatable, no secret
    for number in range(3000):
        payload = MINISTRY.payload(invented(rng, number, expired=bool(number % 2)))
        for text in (address_of(payload, ORIGIN), altered(rng, payload)[0]):
            mine, other = told_by_both(text)
            assert mine == other


# Claims that a careless reader takes, beside some that are right.
DAYS = st.integers(-800_000, 3_000_000).map(lambda day: day * 86_400)
WHOLE = st.integers(-2, 2) | st.integers(-(1 << 64), (1 << 64) - 1) | st.booleans() | st.none() | st.floats()
NAMED = st.text(max_size=8) | WHOLE | st.binary(max_size=3)
OWN = st.fixed_dictionaries(
    {},
    optional={
        1: st.lists(
            st.integers(990, 1010) | st.integers(9990, 10_010) | st.integers(-1, 1 << 30) | WHOLE, max_size=3
        )
        | WHOLE,
        2: WHOLE,
        3: st.integers(0, 3) | WHOLE,
        4: NAMED,
        5: NAMED,
        6: WHOLE,
        7: WHOLE,
    },
)
OUTER = st.fixed_dictionaries(
    {},
    optional={
        4: DAYS | WHOLE,
        6: DAYS | WHOLE,
        7: st.binary(min_size=10, max_size=10) | st.binary(max_size=11) | WHOLE,
        -65537: OWN | WHOLE,
        5: WHOLE,
    },
)


def with_claims(claims: object) -> str:
    """An address whose payload holds these claims, as anybody's program would write it."""
    protected = cbor2.dumps({1: -7, 4: MINISTRY.key_id}, canonical=True)
    parts = [protected, {}, cbor2.dumps(claims, canonical=True), bytes(64)]
    return address_of(cbor2.dumps(cbor2.CBORTag(18, parts), canonical=True), ORIGIN)


def usual() -> dict[int, Any]:
    """The claims of a genuine payload, decoded."""
    claims: dict[int, Any] = cbor2.loads(cbor2.loads(MINISTRY.payload()).value[2])
    return claims


@settings(max_examples=400)
@given(OUTER, OWN)
def test_both_take_and_refuse_the_same_claims(outer: dict[int, Any], own: dict[int, Any]) -> None:
    claims = usual()
    mixed = {**claims, **outer}
    if -65537 not in outer:
        mixed[-65537] = {**claims[-65537], **own}
    for each in (mixed, outer):
        mine, other = told_by_both(with_claims(each))
        assert mine == other


@given(st.binary(max_size=216))
def test_both_take_and_refuse_the_same_bytes(data: bytes) -> None:
    mine, other = told_by_both(address_of(data, ORIGIN))
    assert mine == other


@given(st.text(alphabet="0123456789#/٣ V", max_size=40))
def test_both_take_and_refuse_the_same_texts(text: str) -> None:
    mine, other = told_by_both(text)
    assert mine == other


@pytest.mark.parametrize(
    "item",
    [
        "d28444a1012604a04040",
        "d818821a0000000100",
        "d90102820101",
        "d81c81d81d00",
        "c249010000000000000000",
        "9f01ff",
        "5f4101ff",
        "f97e00",
        "a1820102 03",
        "d823612b",
    ],
)
def test_both_refuse_what_only_a_full_cbor_reader_knows(item: str) -> None:
    protected = cbor2.dumps({1: -7, 4: MINISTRY.key_id}, canonical=True)
    head = bytes.fromhex("d284") + cbor2.dumps(protected) + b"\xa0"
    data = bytes.fromhex(item)
    for payload in (data, head + cbor2.dumps(data) + cbor2.dumps(bytes(64))):
        mine, other = told_by_both(address_of(payload, ORIGIN))
        assert mine == other
        assert isinstance(mine, str)


def test_a_year_count_and_name_at_their_edges_are_read_alike() -> None:
    edges = [
        replace(CLAIMS, number=number, latin_name=name)
        for number in ("1000/000000", "9999/999999999", "2026/1234567")
        for name in ("", "x", "é" * 200)
    ]
    for claims in edges:
        mine, other = told_by_both(address_of(MINISTRY.payload(claims), ORIGIN))
        assert mine == other
        assert isinstance(other, Claims)
