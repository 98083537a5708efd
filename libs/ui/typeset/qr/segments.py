"""What a QR code holds, as bits: bytes or capitals, then decimal digits (ISO/IEC 18004, 7.4)."""

import re
from dataclasses import dataclass
from struct import unpack_from
from typing import Protocol

from qrcode.util import (
    ALPHA_NUM,
    MODE_8BIT_BYTE,
    MODE_ALPHA_NUM,
    MODE_NUMBER,
    length_in_bits,
)

# An address whose fragment is a number: the digits cost 3.33 bits each, not 8.
_NUMBERED = re.compile(r"(?P<before>[^#]*)#(?P<digits>[0-9]+)")
_CAPITALS = re.compile("[" + re.escape(ALPHA_NUM.decode()) + "]+")
_ALPHABET = ALPHA_NUM.decode()
_PAIRS = {
    first + second: f"{index * 45 + offset:011b}"
    for index, first in enumerate(_ALPHABET)
    for offset, second in enumerate(_ALPHABET)
}
_SINGLES = {char: f"{index:06b}" for index, char in enumerate(_ALPHABET)}
_TRIPLES = {f"{value:03d}".encode(): f"{value:010b}" for value in range(1000)}
_DIGIT_BITS = {0: 0, 1: 4, 2: 7}


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
            return count // 3 * 10 + _DIGIT_BITS[count % 3]
        if self.mode == MODE_ALPHA_NUM:
            return count // 2 * 11 + count % 2 * 6
        return count * 8

    def bits(self, version: int) -> str:
        """The segment as ones and zeros."""
        length = len(self.data)
        header = f"{self.mode:04b}{length:0{_length_in_bits(self.mode, version)}b}"
        return header + _PAYLOADS[self.mode](self.data)


def header_bits(mode: int, version: int) -> int:
    """Bits of a segment's mode and length."""
    return 4 + _length_in_bits(mode, version)


def split(data: str) -> tuple[Segment, ...]:
    """Cut a text into the segments in which it is written.

    Args:
        data: Any text; bytes are UTF-8, as most readers take them.

    Returns:
        For an address that ends in `#` and digits: what precedes the `#` in capitals' mode where its
        letters allow it, the `#` with what can't be written so, and the digits. Else one segment.
    """
    found = _NUMBERED.fullmatch(data)
    if found is None:
        return (_plain(data),)
    before = _plain(found["before"])
    digits = Segment(MODE_NUMBER, found["digits"].encode())
    if before.mode == MODE_ALPHA_NUM:
        return before, Segment(MODE_8BIT_BYTE, b"#"), digits
    return Segment(MODE_8BIT_BYTE, before.data + b"#"), digits


def _plain(text: str) -> Segment:
    return Segment(MODE_ALPHA_NUM if _CAPITALS.fullmatch(text) else MODE_8BIT_BYTE, text.encode())


def _digits(data: bytes) -> str:
    whole = len(data) // 3
    bits = "".join(map(_TRIPLES.__getitem__, unpack_from("3s" * whole, data)))
    rest = data[whole * 3 :]
    return bits + f"{int(rest):0{_DIGIT_BITS[len(rest)]}b}" if rest else bits


def _capitals(data: bytes) -> str:
    text = data.decode()
    bits = [_PAIRS[text[place : place + 2]] for place in range(0, len(text) - 1, 2)]
    return "".join(bits) + ("" if len(text) % 2 == 0 else _SINGLES[text[-1]])


def _bytes(data: bytes) -> str:
    return f"{int.from_bytes(data):0{8 * len(data)}b}" if data else ""


_PAYLOADS = {MODE_NUMBER: _digits, MODE_ALPHA_NUM: _capitals, MODE_8BIT_BYTE: _bytes}
