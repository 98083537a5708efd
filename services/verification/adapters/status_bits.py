"""The statuses of all versions in this process' memory, as status lists hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from services.verification.domain.status_list import BITS, LIST_SIZE, PER_BYTE, ListStatus

# Four places that nobody has.
_ALL_INVALID: Final = 0b01010101

NOTHING_ELSE: Final[Mapping[int, ListStatus]] = {}


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
        try:
            _set(self._lists, index, status)
        except IndexError:
            self._make_room(*divmod(index, LIST_SIZE))
            _set(self._lists, index, status)

    def packed(self, instead: Mapping[int, ListStatus] = NOTHING_ELSE) -> Sequence[bytes]:
        """Every list as it now stands.

        Args:
            instead: By index, what is to be said of some places this time.
        """
        lists = [bytearray(bits) for bits in self._lists]
        for index, status in instead.items():
            _set(lists, index, status)
        return [bytes(bits) for bits in lists]

    def _make_room(self, number: int, place: int) -> None:
        while len(self._lists) <= number:
            _lengthen(self._lists[-1], LIST_SIZE // PER_BYTE)
            self._lists.append(bytearray())
        _lengthen(self._lists[number], place // PER_BYTE + 1)


def _set(lists: Sequence[bytearray], index: int, status: ListStatus) -> None:
    number, place = divmod(index, LIST_SIZE)
    byte, shift = place // PER_BYTE, place % PER_BYTE * BITS
    bits = lists[number]
    bits[byte] = bits[byte] & ~(0b11 << shift) | status << shift


def _lengthen(bits: bytearray, size: int) -> None:
    bits.extend(bytes([_ALL_INVALID]) * (size - len(bits)))
