"""Penalties of masked QR symbols (ISO/IEC 18004, 7.8.3), all masks of all symbols at once."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

_BITS = 64
_WORD = np.dtype("<u8")

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class PackedMasks:
    """The masks of a version as `pack` packs symbols."""

    words: Words

    @classmethod
    def of(cls, masks: NDArray[np.uint8]) -> "PackedMasks":
        """Pack masks by rows by columns."""
        return cls(_pack(masks)[:, None])

    def choose(self, bits: NDArray[np.uint8], places: NDArray[np.intp]) -> list[int]:
        """The mask with the fewest penalties for each symbol; the first of equals.

        Args:
            bits: The bits of each unmasked symbol, a row of them for each.
            places: Where each bit of its lines stands there (`line_places`).
        """
        side, _, masks, width = self.words.shape
        packed = np.packbits(bits.take(places, axis=1), axis=1, bitorder="little").view(_WORD)
        lines = packed.reshape(len(bits), side, width).transpose(1, 0, 2)
        masked = lines[:, :, None] ^ self.words
        scores = _penalties(masked.reshape(side, len(bits) * masks, width), side)
        chosen: list[int] = scores.reshape(len(bits), masks).argmin(axis=1).tolist()
        return chosen


def line_places(grid: NDArray[np.intp], nothing: int) -> NDArray[np.intp]:
    """Where the bits of a symbol's lines stand, as `choose` takes them.

    Args:
        grid: Where each module's bit stands, rows by columns.
        nothing: Where a zero stands.
    """
    side = len(grid)
    places = np.full((side, 2, -(-side // _BITS) * _BITS), nothing, np.intp)
    places[:, 0, :side] = grid.T
    places[:, 1, :side] = grid
    return places.reshape(-1)


def penalties(symbols: NDArray[np.uint8]) -> list[int]:
    """The penalties of each symbol.

    Args:
        symbols: Symbols by rows by columns, all of one side.

    Returns:
        As many sums.
    """
    scores: list[int] = _penalties(_pack(symbols), symbols.shape[1]).tolist()
    return scores


def _pack(symbols: NDArray[np.uint8]) -> Words:
    """Lines by symbols by words: the first half of the words are a symbol's columns, the other its rows.

    What stands side by side in a symbol thus stands in lines that follow each other, and one operation on
    whole words compares them for every symbol, in both directions.
    """
    count, side, _ = symbols.shape
    width = -(-side // _BITS) * _BITS
    lines = np.zeros((side, count, 2, width), np.uint8)
    lines[:, :, 0, :side] = symbols.transpose(2, 0, 1)
    lines[:, :, 1, :side] = symbols.transpose(1, 0, 2)
    packed = np.packbits(lines.reshape(side, count, 2 * width), axis=2, bitorder="little")
    return packed.view(_WORD).astype(np.uint64, copy=False)


@cache
def _ones(side: int, length: int) -> Words:
    """Words of both halves with ones in the first `length` bits of each."""
    width = -(-side // _BITS) * _BITS
    bits = np.zeros((2, width), np.uint8)
    bits[:, :length] = 1
    packed = np.packbits(bits.reshape(-1), bitorder="little")
    return packed.view(_WORD).astype(np.uint64, copy=False)


def _penalties(lines: Words, side: int) -> NDArray[np.int64]:
    full = _ones(side, side)
    half = lines.shape[2] // 2
    same = ~(lines[1:] ^ lines[:-1]) & full
    scores = _runs(same) + 3 * _squares(lines[:, :, :half], same[:, :, :half], side)
    scores += 40 * _finders(lines, full)
    dark = _sum(np.bitwise_count(lines[:, :, :half]))
    # As `qrcode` computes it, so that a tie of rounding falls the same way.
    uneven = np.abs(dark / side**2 * 100 - 50) / 5
    return scores + 10 * uneven.astype(np.int64)


def _sum(counts: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The sum for each symbol."""
    by_word = np.add.reduce(counts, axis=0, dtype=np.int64)
    total: NDArray[np.int64] = np.add.reduce(by_word, axis=1)
    return total


def _runs(same: Words) -> NDArray[np.int64]:
    """N1: five or more of one colour cost their length less two."""
    pairs = same[1:] & same[:-1]
    fives = pairs[2:] & pairs[:-2]
    begins = fives.copy()
    begins[1:] &= ~fives[:-1]
    return _sum(np.bitwise_count(fives) + 2 * np.bitwise_count(begins))


def _squares(columns: Words, same: Words, side: int) -> NDArray[np.int64]:
    """N2: two by two of one colour, in every place.

    `same` says where neighbours across are equal; a square needs that in two neighbouring bits, and one
    equality of these.
    """
    half = columns.shape[2]
    beneath = same & _next_bit(same) & _ones(side, side - 1)[:half]
    equal = ~(columns ^ _next_bit(columns))[:-1]
    return _sum(np.bitwise_count(beneath & equal))


def _next_bit(words: Words) -> Words:
    """Each bit replaced by the one after it in its line."""
    shifted = words >> np.uint64(1)
    if words.shape[2] > 1:
        shifted[:, :, :-1] |= words[:, :, 1:] << np.uint64(_BITS - 1)
    return shifted


def _finders(lines: Words, full: Words) -> NDArray[np.int64]:
    """N3: 1011101, which looks like a finder, with four light modules before or after it."""
    light = ~lines & full
    ends = len(lines) - 6
    core = lines[:ends] & lines[6:]
    for step in (2, 3, 4):
        core &= lines[step : step + ends]
    for step in (1, 5):
        core &= light[step : step + ends]
    pairs = light[1:] & light[:-1]
    fours = pairs[2:] & pairs[:-2]
    after = np.bitwise_count(core[:-4] & fours[7:])
    before = np.bitwise_count(core[4:] & fours[:-7])
    return _sum(after + before)
