"""Reed-Solomon error correction of QR symbols, by tables of what each codeword adds to the parity."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from qrcode.base import gexp, glog

_FIELD = 256
_WORD = 8


def parity_of(codewords: NDArray[np.uint8], blocks: Sequence[int], parity: int) -> NDArray[np.uint8]:
    """Error correction of a symbol.

    Args:
        codewords: Data, its blocks one after another, and a zero behind them.
        blocks: Codewords of data of each block.
        parity: Codewords of error correction of each block.

    Returns:
        The blocks' parities one after another.
    """
    table, places, first = _tables(tuple(blocks), parity)
    rows = table.take(codewords.take(places) + first, axis=0, mode="clip")
    words: NDArray[np.uint64] = np.bitwise_xor.reduce(rows, axis=0)
    return words.view(np.uint8)[:, :parity].reshape(-1)


@cache
def _tables(
    blocks: tuple[int, ...], parity: int
) -> tuple[NDArray[np.uint64], NDArray[np.intp], NDArray[np.intp]]:
    """Rows of parity by position and value of a codeword; places of the blocks' codewords; first rows.

    A shorter block begins with the zero that stands behind all data: a leading zero adds nothing.
    """
    longest, total = max(blocks), sum(blocks)
    width = -(-parity // _WORD) * _WORD
    table = np.zeros((longest, _FIELD, width), np.uint8)
    generator = _generator(parity)
    remainder = generator[1:]
    for position in range(longest - 1, -1, -1):
        logs = [glog(value) if value else None for value in remainder]
        for value in range(1, _FIELD):
            shift = glog(value)
            table[position, value, :parity] = [0 if log is None else gexp(log + shift) for log in logs]
        remainder = _times_x(remainder, generator)
    places = np.full((longest, len(blocks)), total, np.intp)
    start = 0
    for block, count in enumerate(blocks):
        places[longest - count :, block] = np.arange(start, start + count)
        start += count
    flat = table.view(np.uint64).reshape(longest * _FIELD, width // _WORD)
    return flat, places, np.arange(longest)[:, None] * _FIELD


def _generator(parity: int) -> list[int]:
    polynomial = [1]
    for power in range(parity):
        raised = [*polynomial, 0]
        for index, coefficient in enumerate(polynomial):
            if coefficient:
                raised[index + 1] ^= gexp(glog(coefficient) + power)
        polynomial = raised
    return polynomial


def _times_x(remainder: Sequence[int], generator: Sequence[int]) -> list[int]:
    """The remainder of one position further from the end."""
    first, *rest = remainder
    shifted = [*rest, 0]
    if not first:
        return shifted
    return [
        value ^ (gexp(glog(coefficient) + glog(first)) if coefficient else 0)
        for value, coefficient in zip(shifted, generator[1:], strict=True)
    ]
