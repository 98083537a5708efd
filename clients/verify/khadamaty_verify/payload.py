"""Reads what a QR code says: an address, a number behind it, and a signed message in that number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from khadamaty_verify.cose import ALGORITHM, KEY_ID, BadMessage, Message, decoded, open_message

LARGEST: Final = 215
DAY_S: Final = 86_400
_DIGITS: Final = re.compile(r"[1-9][0-9]{0,518}", re.ASCII)
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_BYTES: Final = 10
_CODE_CHARACTERS: Final = 16
_EXPIRES, _ISSUED, _CODE, _OWN = 4, 6, 7, -65537
_NUMBER, _VERSION, _KIND, _ARABIC, _LATIN, _STATUS = range(1, 7)
_MUST_OUTER: Final = frozenset({_ISSUED, _CODE, _OWN})
_MUST_OWN: Final = frozenset({_NUMBER, _VERSION, _KIND, _STATUS})
_KINDS: Final = {1: "certificate", 2: "card"}
_YEARS: Final = range(1000, 10_000)
_COUNTS: Final = range(1_000_000_000)
# The days that a calendar of years 1 to 9999 has, counted from 1 January 1970.
_DAYS: Final = range(-719_162, 2_932_897)


class Fault(StrEnum):
    """Why something isn't a payload."""

    DIGITS = "digits"
    ENVELOPE = "envelope"
    CLAIMS = "claims"


class Malformed(ValueError):
    """Something that no platform of this kind ever put in a QR code.

    Attributes:
        fault: Which of its layers is wrong.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Claims:
    """What a QR code says of a document.

    Attributes:
        number: `YYYY/NNNNNN`.
        version: Counts from 1.
        kind: `certificate` or `card`.
        issued_s: The second, since 1970, at which its day of issue begins in Greenwich.
        expires_s: The second from which on it no longer holds, or None for never.
        arabic_name: Empty where there's none; one that was cut ends in an ellipsis, as may `latin_name`.
        code: The verification code as the document shows it.
        status_index: Its place over all status lists.
    """

    number: str
    version: int
    kind: str
    issued_s: int
    expires_s: int | None
    arabic_name: str
    latin_name: str
    code: str
    status_index: int

    @property
    def issued_on(self) -> str:
        """The day of issue, `YYYY-MM-DD`."""
        return _day(self.issued_s)

    @property
    def valid_until(self) -> str | None:
        """The last day, `YYYY-MM-DD`, or None for ever."""
        return None if self.expires_s is None else _day(self.expires_s - DAY_S)


@dataclass(frozen=True)
class Payload:
    """A payload that was read; whether its signature is genuine isn't known yet."""

    message: Message
    claims: Claims


def read(text: str) -> Payload:
    """What stands in a QR code, or in the digits behind its `#`.

    Raises:
        Malformed: It isn't such a code.
    """
    data = _bytes_in(text)
    if len(data) > LARGEST:
        raise Malformed(Fault.ENVELOPE)
    try:
        message = open_message(data)
    except BadMessage as error:
        raise Malformed(Fault.ENVELOPE) from error
    if message.header.keys() != {ALGORITHM, KEY_ID}:
        raise Malformed(Fault.ENVELOPE)
    try:
        outer = decoded(message.content)
    except BadMessage as error:
        raise Malformed(Fault.CLAIMS) from error
    return Payload(message, _claims(outer))


def _bytes_in(text: str) -> bytes:
    digits = text.rpartition("#")[2]
    if not _DIGITS.fullmatch(digits):
        raise Malformed(Fault.DIGITS)
    number = int(digits)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if data[0] != 1:
        raise Malformed(Fault.DIGITS)
    return data[1:]


def _claims(outer: Any) -> Claims:
    _need(type(outer) is dict and _MUST_OUTER <= outer.keys() <= _MUST_OUTER | {_EXPIRES})
    own = outer[_OWN]
    _need(type(own) is dict and _MUST_OWN <= own.keys() <= _MUST_OWN | {_ARABIC, _LATIN})
    code = outer[_CODE]
    _need(type(code) is bytes and len(code) == _CODE_BYTES)
    kind = own[_KIND]
    _need(type(kind) is int and kind in _KINDS)
    expires = None
    if _EXPIRES in outer:
        expires = _second(outer[_EXPIRES])
        _need(expires // DAY_S - 1 in _DAYS)
    return Claims(
        number=_number(own[_NUMBER]),
        version=_whole(own[_VERSION], least=1),
        kind=_KINDS[kind],
        issued_s=_second(outer[_ISSUED]),
        expires_s=expires,
        arabic_name=_name(own, _ARABIC),
        latin_name=_name(own, _LATIN),
        code=_shown(code),
        status_index=_whole(own[_STATUS], least=0),
    )


def _need(holds: object) -> None:
    if not holds:
        raise Malformed(Fault.CLAIMS)


def _whole(item: Any, least: int) -> int:
    if type(item) is not int or item < least:
        raise Malformed(Fault.CLAIMS)
    return item


def _second(item: Any) -> int:
    """The second at which a day begins."""
    if type(item) is not int or item % DAY_S or item // DAY_S not in _DAYS:
        raise Malformed(Fault.CLAIMS)
    return item


def _number(item: Any) -> str:
    _need(type(item) is list and [type(part) for part in item] == [int, int])
    year, count = item
    _need(year in _YEARS and count in _COUNTS)
    return f"{year}/{count:06d}"


def _name(own: dict[Any, Any], key: int) -> str:
    name = own.get(key)
    if name is None and key not in own:
        return ""
    if type(name) is not str or not name:
        raise Malformed(Fault.CLAIMS)
    return name


def _shown(code: bytes) -> str:
    """A verification code in Crockford's base 32, with its check character, in groups of four."""
    bits = int.from_bytes(code, "big")
    values = [bits >> 5 * place & 31 for place in reversed(range(_CODE_CHARACTERS))]
    check = 0
    for value in values:
        doubled = (check ^ value) << 1
        # The field of 32 elements by x^5 + x^2 + 1.
        check = doubled ^ 0b100101 if doubled & 32 else doubled
    text = "".join(_ALPHABET[value] for value in [*values, check])
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _day(second: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).date().isoformat()
