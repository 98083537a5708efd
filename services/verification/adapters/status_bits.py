"""The statuses of all versions in this process' memory, as status lists hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.verification.domain.status_list import BITS, LIST_SIZE, PER_BYTE, ListStatus

# Four places that nobody has.
_ALL_INVALID: Final = 0b01010101


class StatusBits:
    """Two bits for each place, in lists of `LIST_SIZE`; a place that nobody has is invalid.

    A full list takes 256 KiB, whatever it holds; the last one ends with the byte of its highest place.
    """

    def __init__(self) -> None:
        self._lists = [bytearray()]

    def note(self, index: int, status: ListStatus) -> None:
        """Put a status in its place.

        Args:
            index: From 0, over all lists.
            status: What its list is to say.
        """
        number, place = divmod(index, LIST_SIZE)
        byte, shift = place // PER_BYTE, place % PER_BYTE * BITS
        try:
            bits = self._lists[number]
            bits[byte] = bits[byte] & ~(0b11 << shift) | status << shift
        except IndexError:
            self._make_room(number, byte)
            self.note(index, status)

    def packed(self) -> Sequence[bytes]:
        """Every list as it now stands."""
        return [bytes(bits) for bits in self._lists]

    def _make_room(self, number: int, byte: int) -> None:
        while len(self._lists) <= number:
            _lengthen(self._lists[-1], LIST_SIZE // PER_BYTE)
            self._lists.append(bytearray())
        _lengthen(self._lists[number], byte + 1)


def _lengthen(bits: bytearray, size: int) -> None:
    bits.extend(bytes([_ALL_INVALID]) * (size - len(bits)))
