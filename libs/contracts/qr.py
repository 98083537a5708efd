"""What a certificate's QR code says: a signed COSE_Sign1 of 215 bytes at most, as digits after an address."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Final

from libs.contracts.cbor import Item, MalformedCbor, Tagged, decode, encode
from libs.contracts.code import code_of, entropy_of
from libs.contracts.shortening import fit_names

LARGEST_PAYLOAD: Final = 215
"""Bytes; more of them make a symbol of level M that reads badly at 150 dpi."""

KEY_ID_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64
VERIFY_PATH: Final = "/V"
"""In capitals, like the whole address before the digits: that takes the fewest modules."""

_COSE_SIGN1: Final = 18
_ALGORITHM, _KEY_ID, _ES256 = 1, 4, -7
_EXPIRES, _ISSUED, _CODE, _PRIVATE = 4, 6, 7, -65537
_NUMBER, _VERSION, _KIND, _ARABIC, _LATIN, _STATUS = range(1, 7)
_DAY_S: Final = 86_400
_EPOCH: Final = date(1970, 1, 1)
# Its key and two bytes for its length.
_NAME_HEAD_BYTES: Final = 3
# All that isn't claims: tag, array, protected header, empty header, the two lengths, signature.
_LARGEST_CLAIMS: Final = LARGEST_PAYLOAD - (1 + 1 + 14 + 1 + 2 + 2 + SIGNATURE_BYTES)
_LEADING_ONE: Final = b"\x01"
_MOST_DIGITS: Final = len(str(1 << 8 * LARGEST_PAYLOAD + 1))
_NUMBER_FORM: Final = re.compile(r"([1-9][0-9]{3})/([0-9]{6,9})")


class PayloadFault(StrEnum):
    """Why something isn't a payload."""

    DIGITS = "digits"
    ENVELOPE = "envelope"
    CLAIMS = "claims"


class MalformedPayload(ValueError):
    """Something that no platform of this kind ever put in a QR code.

    Attributes:
        fault: Which of its layers is wrong.
    """

    def __init__(self, fault: PayloadFault) -> None:
        super().__init__(fault)
        self.fault = fault


class DocumentKind(IntEnum):
    """What the QR code stands on."""

    CERTIFICATE = 1
    CARD = 2


@dataclass(frozen=True)
class QrClaims:
    """What a QR code says of a document.

    Attributes:
        number: `YYYY/NNNNNN`.
        version: Counts from 1.
        valid_until: The last day, or None for ever.
        arabic_name: Empty where there's none; in a payload it may end in an ellipsis, as may `latin_name`.
        code: The 16 characters of the verification code, with which the status is asked.
        status_index: This version's place in the status list.
    """

    number: str
    version: int
    kind: DocumentKind
    issued_on: date
    valid_until: date | None
    arabic_name: str
    latin_name: str
    code: str
    status_index: int


@dataclass(frozen=True)
class UnsignedPayload:
    """Claims as they will be signed.

    Attributes:
        key_id: Which key signs (8 bytes).
        claims: Encoded.
    """

    key_id: bytes
    claims: bytes

    @property
    def to_be_signed(self) -> bytes:
        """What ES256 signs (RFC 9052, section 4.4)."""
        return encode(["Signature1", _protected(self.key_id), b"", self.claims])

    def signed(self, signature: bytes) -> bytes:
        """The payload with its signature: r and s, 32 bytes each (RFC 9053, section 2.1)."""
        return encode(Tagged(_COSE_SIGN1, [_protected(self.key_id), {}, self.claims, signature]))


@dataclass(frozen=True)
class SignedPayload:
    """A payload that was read; whether its signature is genuine isn't known yet.

    Attributes:
        signature: r and s.
    """

    unsigned: UnsignedPayload
    signature: bytes
    claims: QrClaims


def key_id_of(thumbprint: str) -> bytes:
    """How a payload names a key: the first 8 bytes of its RFC 7638 thumbprint."""
    return base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4))[:KEY_ID_BYTES]


def key_id_text(key_id: bytes) -> str:
    """The same as a key set names it: base64url without padding (RFC 7517)."""
    return base64.urlsafe_b64encode(key_id).rstrip(b"=").decode()


def prepare(claims: QrClaims, key_id: bytes) -> UnsignedPayload:
    """The claims as they will be signed by a key; names are cut to what fits.

    Raises:
        MalformedPayload: A claim is out of range.
        MalformedCode: `claims.code` isn't 16 characters of a code.
    """
    encoded = _encoded(claims, claims.arabic_name, claims.latin_name)
    if len(encoded) > _LARGEST_CLAIMS:
        room = _LARGEST_CLAIMS - len(_encoded(claims, "", "")) - 2 * _NAME_HEAD_BYTES
        encoded = _encoded(claims, *fit_names(claims.arabic_name, claims.latin_name, room))
    return UnsignedPayload(key_id, encoded)


def read(payload: bytes) -> SignedPayload:
    """A payload and what it says.

    Raises:
        MalformedPayload: It isn't one.
    """
    if len(payload) > LARGEST_PAYLOAD:
        raise MalformedPayload(PayloadFault.ENVELOPE)
    match _decoded(payload, PayloadFault.ENVELOPE):
        case Tagged(18, [bytes(protected), dict(bare), bytes(claims), bytes(signature)]) if (
            not bare and len(signature) == SIGNATURE_BYTES
        ):
            unsigned = UnsignedPayload(_key_id_in(protected), claims)
            return SignedPayload(unsigned, signature, _claims_in(claims))
        case _:
            raise MalformedPayload(PayloadFault.ENVELOPE)


def address_of(payload: bytes, origin: str) -> str:
    """The address that the QR code opens; what stands behind its # never leaves the reader's browser.

    Args:
        payload: Signed.
        origin: The platform's public origin, without a slash at its end.
    """
    return f"{origin.upper()}{VERIFY_PATH}#{int.from_bytes(_LEADING_ONE + payload)}"


def payload_in(address: str) -> bytes:
    """The payload in an address, or in the digits alone.

    Raises:
        MalformedPayload: There are no such digits.
    """
    digits = address.rpartition("#")[2]
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS or digits[0] == "0":
        raise MalformedPayload(PayloadFault.DIGITS)
    number = int(digits)
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    if raw[:1] != _LEADING_ONE:
        raise MalformedPayload(PayloadFault.DIGITS)
    return raw[1:]


@lru_cache(maxsize=8)
def _protected(key_id: bytes) -> bytes:
    header: dict[int, Item] = {_ALGORITHM: _ES256, _KEY_ID: key_id}
    return encode(header)


def _key_id_in(protected: bytes) -> bytes:
    match _decoded(protected, PayloadFault.ENVELOPE):
        case {1: -7, 4: bytes(key_id), **more} if len(key_id) == KEY_ID_BYTES and not more:
            return key_id
        case _:
            raise MalformedPayload(PayloadFault.ENVELOPE)


def _encoded(claims: QrClaims, arabic_name: str, latin_name: str) -> bytes:
    number = _NUMBER_FORM.fullmatch(claims.number)
    if number is None or claims.version < 1 or claims.status_index < 0:
        raise MalformedPayload(PayloadFault.CLAIMS)
    private: dict[int, Item] = {
        _NUMBER: [int(number[1]), int(number[2])],
        _VERSION: claims.version,
        _KIND: int(claims.kind),
        _STATUS: claims.status_index,
    }
    private |= {key: name for key, name in ((_ARABIC, arabic_name), (_LATIN, latin_name)) if name}
    outer: dict[int, Item] = {
        _ISSUED: _second_of(claims.issued_on),
        _CODE: entropy_of(claims.code),
        _PRIVATE: private,
    }
    if claims.valid_until is not None:
        outer[_EXPIRES] = _second_of(claims.valid_until + timedelta(days=1))
    return encode(outer)


def _claims_in(claims: bytes) -> QrClaims:
    match _decoded(claims, PayloadFault.CLAIMS):
        case {6: int(issued), 7: bytes(code), -65537: dict(private), **more}:
            expires = more.pop(_EXPIRES, None)
        case _:
            raise MalformedPayload(PayloadFault.CLAIMS)
    match private:
        case {1: [int(year), int(count)], 2: int(version), 3: 1 | 2 as kind, 6: int(status), **names}:
            arabic_name, latin_name = names.pop(_ARABIC, ""), names.pop(_LATIN, "")
        case _:
            raise MalformedPayload(PayloadFault.CLAIMS)
    if more or names or not isinstance(arabic_name, str) or not isinstance(latin_name, str):
        raise MalformedPayload(PayloadFault.CLAIMS)
    try:
        read_claims = QrClaims(
            number=f"{year}/{count:06d}",
            version=version,
            kind=DocumentKind(kind),
            issued_on=_day_of(issued),
            valid_until=None if expires is None else _day_of(expires) - timedelta(days=1),
            arabic_name=arabic_name,
            latin_name=latin_name,
            code=code_of(code),
            status_index=status,
        )
        # Whatever can't have been written by `prepare`, empty names and numbers below zero among it.
        rewritten = _encoded(read_claims, arabic_name, latin_name)
    except (OverflowError, ValueError):
        raise MalformedPayload(PayloadFault.CLAIMS) from None
    if rewritten != claims:
        raise MalformedPayload(PayloadFault.CLAIMS)
    return read_claims


def _decoded(data: bytes, fault: PayloadFault) -> Item:
    try:
        return decode(data)
    except MalformedCbor:
        raise MalformedPayload(fault) from None


def _second_of(day: date) -> int:
    """Midnight, in Greenwich, at which a day begins."""
    return (day - _EPOCH).days * _DAY_S


def _day_of(second: object) -> date:
    if not isinstance(second, int) or second % _DAY_S:
        raise MalformedPayload(PayloadFault.CLAIMS)
    return _EPOCH + timedelta(seconds=second)
