"""What a QR code holds, as bits: bytes or capitals, then decimal digits (ISO/IEC 18004, 7.4)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from qrcode.util import (
    ALPHA_NUM,
    MODE_8BIT_BYTE,
    MODE_ALPHA_NUM,
    MODE_NUMBER,
    length_in_bits,
)

Bits = NDArray[np.uint8]

_CAPITALS = re.compile("[" + re.escape(ALPHA_NUM.decode()) + "]+")
_ALPHABET = ALPHA_NUM.decode()
_PLACES = np.array([100, 10, 1], np.intp)
_TRIPLE = 3
_NAUGHTS = ord("0") * 111
_REST_BITS = {0: 0, 1: 4, 2: 7}


class _ByVersion(Protocol):
    def __call__(self, mode: int, version: int) -> int: ...


_length_in_bits: _ByVersion = length_in_bits


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the data in one mode.

    Attributes:
        mode: One of `qrcode.util`'s modes.
        data: The bytes that a reader gets.
    """

    mode: int
    data: bytes

    @property
    def payload_bits(self) -> int:
        """How many bits the data takes, its header not counted."""
        count = len(self.data)
        if self.mode == MODE_NUMBER:
            return count // _TRIPLE * 10 + _REST_BITS[count % _TRIPLE]
        if self.mode == MODE_ALPHA_NUM:
            return count // 2 * 11 + count % 2 * 6
        return count * 8

    def payload(self) -> Bits:
        """The data's bits."""
        return _PAYLOADS[self.mode](self.data)


def header(mode: int, count: int, version: int) -> Bits:
    """The bits of a segment's mode and length."""
    return _bits(f"{mode:04b}{count:0{_length_in_bits(mode, version)}b}")


def header_bits(mode: int, version: int) -> int:
    """How many they are."""
    return 4 + _length_in_bits(mode, version)


def split(data: str) -> tuple[Segment, ...]:
    """Cut a text into the segments in which it is written.

    Args:
        data: Any text; bytes are UTF-8, as most readers take them.

    Returns:
        For an address that ends in `#` and digits: what precedes the `#` in capitals' mode where its
        letters allow it, the `#` with what can't be written so, and the digits, which cost 3.33 bits each
        then, not 8. Else one segment.
    """
    before, _, digits = data.partition("#")
    if not (digits.isascii() and digits.isdecimal()):
        return (_plain(data),)
    return *_before_digits(before), Segment(MODE_NUMBER, digits.encode())


@lru_cache(maxsize=64)
def _before_digits(before: str) -> tuple[Segment, ...]:
    """An address and its `#`: every code of one platform has the same."""
    plain = _plain(before)
    if plain.mode == MODE_ALPHA_NUM:
        return plain, Segment(MODE_8BIT_BYTE, b"#")
    return (Segment(MODE_8BIT_BYTE, plain.data + b"#"),)


def _plain(text: str) -> Segment:
    return Segment(MODE_ALPHA_NUM if _CAPITALS.fullmatch(text) else MODE_8BIT_BYTE, text.encode())


def _bits(ones_and_zeros: str) -> Bits:
    return np.frombuffer(ones_and_zeros.encode(), np.uint8) - ord("0")


# The bits of 000, 001 and so on to 999.
_TRIPLES = _bits("".join(f"{value:010b}" for value in range(1000))).reshape(1000, 10)


def _digits(data: bytes) -> Bits:
    count, over = divmod(len(data), _TRIPLE)
    digits = np.frombuffer(data, np.uint8, count * _TRIPLE).reshape(count, _TRIPLE)
    bits: Bits = _TRIPLES.take(np.dot(digits, _PLACES) - _NAUGHTS, axis=0).reshape(-1)
    return np.concatenate([bits, _bits(f"{int(data[-over:]):0{_REST_BITS[over]}b}")]) if over else bits


def _capitals(data: bytes) -> Bits:
    values = [_ALPHABET.index(char) for char in data.decode()]
    bits = [f"{first * 45 + second:011b}" for first, second in zip(values[::2], values[1::2], strict=False)]
    return _bits("".join(bits) + (f"{values[-1]:06b}" if len(values) % 2 else ""))


def _bytes(data: bytes) -> Bits:
    return np.unpackbits(np.frombuffer(data, np.uint8))


_PAYLOADS = {MODE_NUMBER: _digits, MODE_ALPHA_NUM: _capitals, MODE_8BIT_BYTE: _bytes}
