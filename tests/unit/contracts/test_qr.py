"""What a QR code says: small enough whatever the names, read back as written, anything else refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

import cbor2
import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

from libs.contracts.qr import (
    LARGEST_PAYLOAD,
    DocumentKind,
    MalformedPayload,
    PayloadFault,
    QrClaims,
    address_of,
    key_id_of,
    key_id_text,
    payload_in,
    prepare,
    read,
)

ORIGIN = "https://verification.handicap.gov.ma"
KEY_ID = bytes(range(8))
SIGNATURE = bytes(range(64))
CLAIMS = QrClaims(
    number="2026/000123",
    version=2,
    kind=DocumentKind.CERTIFICATE,
    issued_on=date(2026, 11, 20),
    valid_until=date(2031, 11, 19),
    arabic_name="ياسين أيت وَعزيز",
    latin_name="Yassine Aït Ouâziz",
    code="0123456789ABCDEF",
    status_index=70_000,
)
NAMES = st.text(alphabet="ابتثجحخدذرزسشَُِّ ْabcéïⴰⵣ 'ـ𞸀-", max_size=120)


def payload_of(claims: QrClaims = CLAIMS) -> bytes:
    """Signed, by nobody."""
    return prepare(claims, KEY_ID).signed(SIGNATURE)


def changed(change: Callable[[dict[int, object]], object]) -> bytes:
    """A payload with other claims, as somebody else's program would write it."""
    protected, unprotected, encoded, signature = cbor2.loads(payload_of()).value
    claims = cbor2.loads(encoded)
    change(claims)
    parts = [protected, unprotected, cbor2.dumps(claims, canonical=True), signature]
    return cbor2.dumps(cbor2.CBORTag(18, parts), canonical=True)


def test_what_was_written_is_read() -> None:
    found = read(payload_of())
    assert found.claims == CLAIMS
    assert found.signature == SIGNATURE
    assert found.unsigned == prepare(CLAIMS, KEY_ID)


def test_a_common_cose_reader_finds_the_same() -> None:
    envelope = cbor2.loads(payload_of())
    protected, unprotected, claims, signature = envelope.value
    assert (envelope.tag, unprotected, signature) == (18, {}, SIGNATURE)
    assert cbor2.loads(protected) == {1: -7, 4: KEY_ID}
    assert cbor2.loads(claims)[6] == 1_795_132_800  # 20 November 2026, 0:00 UTC
    assert cbor2.loads(claims)[4] == 1_952_899_200  # 20 November 2031, 0:00 UTC: from then on no more
    assert prepare(CLAIMS, KEY_ID).to_be_signed == cbor2.dumps(["Signature1", protected, b"", claims])


def test_neither_disability_nor_identifier_nor_birth_date_has_a_place() -> None:
    said = "number version kind issued_on valid_until arabic_name latin_name code status_index"
    assert " ".join(QrClaims.__dataclass_fields__) == said


@given(NAMES, NAMES)
def test_whatever_the_names_it_fits_and_cut_names_are_beginnings(arabic: str, latin: str) -> None:
    payload = payload_of(replace(CLAIMS, arabic_name=arabic, latin_name=latin, status_index=(1 << 32) - 1))
    assert len(payload) <= LARGEST_PAYLOAD
    found = read(payload).claims
    for whole, shown in ((arabic, found.arabic_name), (latin, found.latin_name)):
        if shown == whole:
            continue
        kept = shown.removesuffix("…")
        assert kept != shown
        assert whole.startswith(kept)
        # No letter has lost its marks.
        assert not unicodedata.combining(whole[len(kept)])


def test_usual_names_stand_there_whole() -> None:
    claims = replace(CLAIMS, arabic_name="عبد الرحمان بن جلون", latin_name="Abderrahmane Ben Jelloun")
    assert read(payload_of(claims)).claims == claims


def test_the_longest_payload_takes_at_most_65_modules_at_level_m() -> None:
    longest = replace(CLAIMS, arabic_name="ب" * 100, latin_name="b" * 100, status_index=(1 << 32) - 1)
    payload = payload_of(longest)
    assert len(payload) >= LARGEST_PAYLOAD - 2
    front, _, digits = address_of(b"\xff" * LARGEST_PAYLOAD, ORIGIN).rpartition("#")
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=0)
    code.add_data(QRData(f"{front}#".encode(), mode=MODE_8BIT_BYTE), optimize=0)
    code.add_data(QRData(digits.encode(), mode=MODE_NUMBER), optimize=0)
    code.make(fit=True)
    assert code.modules_count <= 65


def test_the_address_is_in_capitals_with_digits_behind_it() -> None:
    address = address_of(payload_of(), "http://localhost:8080")
    assert address.startswith("HTTP://LOCALHOST:8080/V#")
    assert payload_in(address) == payload_in(address.rpartition("#")[2]) == payload_of()


@pytest.mark.parametrize("valid_until", [None, date(2031, 1, 1), date(2099, 12, 31), date(9999, 12, 30)])
@pytest.mark.parametrize("issued_on", [date(1969, 12, 31), date(1970, 1, 1), date(2026, 11, 20)])
def test_days_are_read_as_written(issued_on: date, valid_until: date | None) -> None:
    claims = replace(CLAIMS, issued_on=issued_on, valid_until=valid_until)
    assert read(payload_of(claims)).claims == claims


@given(st.binary(max_size=LARGEST_PAYLOAD + 3))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(MalformedPayload):
        read(data)


@given(st.text(max_size=60) | st.from_regex(r"[0-9]{0,600}", fullmatch=True))
def test_any_address_is_read_or_refused(address: str) -> None:
    with suppress(MalformedPayload):
        payload_in(address)


@given(st.integers(0, len(payload_of()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_what_is_signed_or_the_signature(place: int, flip: int) -> None:
    payload = bytearray(payload_of())
    payload[place] ^= flip
    with suppress(MalformedPayload):
        found = read(bytes(payload))
        assert (found.unsigned.to_be_signed, found.signature) != (
            prepare(CLAIMS, KEY_ID).to_be_signed,
            SIGNATURE,
        )


def test_every_truncation_is_refused() -> None:
    payload = payload_of()
    for end in range(len(payload)):
        with pytest.raises(MalformedPayload):
            read(payload[:end])


@pytest.mark.parametrize(
    "change",
    [
        lambda claims: claims.pop(6),
        lambda claims: claims.pop(7),
        lambda claims: claims.pop(-65537),
        lambda claims: claims.update({6: 1}),
        lambda claims: claims.update({6: 1 << 63}),
        lambda claims: claims.update({6: "2026-11-20"}),
        lambda claims: claims.update({4: "2031-11-19"}),
        lambda claims: claims.update({7: b"123456789"}),
        lambda claims: claims.update({8: 1}),
        lambda claims: claims[-65537].update({1: [2026]}),
        lambda claims: claims[-65537].update({1: [2026, -1]}),
        lambda claims: claims[-65537].update({2: 0}),
        lambda claims: claims[-65537].update({3: 3}),
        lambda claims: claims[-65537].update({4: 5}),
        lambda claims: claims[-65537].update({4: ""}),
        lambda claims: claims[-65537].update({6: -1}),
        lambda claims: claims[-65537].update({7: "motor"}),
    ],
)
def test_claims_that_the_platform_never_writes_are_refused(
    change: Callable[[dict[int, object]], object],
) -> None:
    with pytest.raises(MalformedPayload) as refused:
        read(changed(change))
    assert refused.value.fault is PayloadFault.CLAIMS


@pytest.mark.parametrize(
    "protected", [{1: -8, 4: KEY_ID}, {1: -7}, {1: -7, 4: b"1"}, {1: -7, 4: KEY_ID, 2: 1}]
)
def test_another_algorithm_or_key_name_is_refused(protected: dict[int, object]) -> None:
    parts = [cbor2.dumps(protected, canonical=True), {}, prepare(CLAIMS, KEY_ID).claims, SIGNATURE]
    with pytest.raises(MalformedPayload) as refused:
        read(cbor2.dumps(cbor2.CBORTag(18, parts), canonical=True))
    assert refused.value.fault is PayloadFault.ENVELOPE


@pytest.mark.parametrize("address", ["", "#", "12a", "0123", "٣٤", "2" * 900, "HTTPS://X/V#", "255"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(MalformedPayload) as refused:
        payload_in(address)
    assert refused.value.fault is PayloadFault.DIGITS


@pytest.mark.parametrize(
    "claims",
    [replace(CLAIMS, number="123"), replace(CLAIMS, version=0), replace(CLAIMS, status_index=-1)],
)
def test_claims_out_of_range_are_not_written(claims: QrClaims) -> None:
    with pytest.raises(MalformedPayload):
        prepare(claims, KEY_ID)


def test_a_key_is_named_by_the_beginning_of_its_thumbprint() -> None:
    thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"  # RFC 7638, section 3.1
    assert key_id_text(key_id_of(thumbprint)) == "NzbLsXh8uDA"
