"""Reed-Solomon error correction of QR symbols, by tables of what each codeword adds to the parity."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from qrcode.base import gexp, glog

_FIELD = 256
_WORD = 8


def parity_of(codewords: NDArray[np.uint8], blocks: Sequence[int], parity: int) -> NDArray[np.uint8]:
    """Error correction of several symbols of one version.

    Args:
        codewords: Data, one row a symbol, its blocks one after another.
        blocks: Codewords of data of each block.
        parity: Codewords of error correction of each block.

    Returns:
        One row a symbol, its blocks' parities one after another.
    """
    table, places, first = _tables(tuple(blocks), parity)
    # One more zero codeword stands where a shorter block has none: a leading zero adds nothing.
    padded = np.zeros((len(codewords), codewords.shape[1] + 1), np.uint8)
    padded[:, :-1] = codewords
    words = np.bitwise_xor.reduce(table.take(padded.take(places, axis=1) + first, axis=0), axis=2)
    parities: NDArray[np.uint8] = words.view(np.uint8)[:, :, :parity]
    return parities.reshape(len(codewords), len(blocks) * parity)


@cache
def _tables(
    blocks: tuple[int, ...], parity: int
) -> tuple[NDArray[np.uint64], NDArray[np.intp], NDArray[np.intp]]:
    """Rows of parity by position and value of a codeword; places of each block's codewords; first rows."""
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
    places = np.full((len(blocks), longest), total, np.intp)
    start = 0
    for row, count in zip(places, blocks, strict=True):
        row[longest - count :] = np.arange(start, start + count)
        start += count
    flat = table.view(np.uint64).reshape(longest * _FIELD, width // _WORD)
    return flat, places, np.arange(longest) * _FIELD


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
