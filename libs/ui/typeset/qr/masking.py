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
        return cls(_pack(masks)[:, :, None])

    def choose(self, bits: NDArray[np.uint8], places: NDArray[np.intp]) -> list[int]:
        """The mask with the fewest penalties for each symbol; the first of equals.

        Args:
            bits: The bits of each unmasked symbol, a row of them for each.
            places: Where each bit of its lines stands there (`line_places`).
        """
        side, width, _, masks = self.words.shape
        packed = np.packbits(bits.take(places, axis=1), axis=1, bitorder="little").view(_WORD)
        lines = packed.reshape(len(bits), side, width).transpose(1, 2, 0)
        board = _board(side, width, len(bits) * masks)
        masked = board[:side].reshape(side, width, len(bits), masks)
        np.bitwise_xor(lines[:, :, :, None], self.words, out=masked)
        scores = _penalties(board, side)
        choices = [scores[first : first + masks] for first in range(0, len(scores), masks)]
        return [choice.index(min(choice)) for choice in choices]


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
    side, lines = symbols.shape[1], _pack(symbols)
    board = _board(side, lines.shape[1], len(symbols))
    board[:side] = lines
    return _penalties(board, side)


def _pack(symbols: NDArray[np.uint8]) -> Words:
    """Lines by words by symbols: the first half of the words are a symbol's columns, the other its rows.

    What stands side by side in a symbol thus stands in lines that follow each other, and one operation on
    whole words compares them for every symbol, in both directions.
    """
    count, side, _ = symbols.shape
    width = -(-side // _BITS) * _BITS
    lines = np.zeros((side, count, 2, width), np.uint8)
    lines[:, :, 0, :side] = symbols.transpose(2, 0, 1)
    lines[:, :, 1, :side] = symbols.transpose(1, 0, 2)
    packed = np.packbits(lines.reshape(side, count, 2 * width), axis=2, bitorder="little")
    words = packed.view(_WORD).astype(np.uint64, copy=False)
    return np.ascontiguousarray(words.transpose(0, 2, 1))


@cache
def _ones(side: int, length: int) -> Words:
    """Words of both halves with ones in the first `length` bits of each; one word where all are alike."""
    width = -(-side // _BITS) * _BITS
    bits = np.zeros((2, width), np.uint8)
    bits[:, :length] = 1
    packed = np.packbits(bits.reshape(-1), bitorder="little").view(_WORD).astype(np.uint64, copy=False)
    return packed[:1] if width == _BITS else packed[:, None]


def _board(side: int, width: int, symbols: int) -> Words:
    """Room for the lines of symbols, and behind them for everything that `_penalties` counts."""
    return np.empty((_weights(side).shape[1], width, symbols), np.uint64)


@cache
def _weights(side: int) -> NDArray[np.float64]:
    """What each bit of a board's rows adds, first to the dark modules and then to the penalties.

    Both halves of the words hold a symbol, so what has no direction counts for a half in each.
    """
    runs = np.ones(2 * side - 9)
    runs[[0, side - 5]] = 2
    nothing = np.zeros(side)
    counted = np.concatenate([nothing, runs, np.full(side - 1, -1.5), np.full(2 * side - 20, 40.0)])
    dark = np.zeros(len(counted))
    dark[:side] = 0.5
    return np.stack([dark, counted])


def _penalties(board: Words, side: int) -> list[int]:
    """The penalties of the symbols whose lines a board begins with.

    Every kind of penalty leaves its bits on the board, so that one call counts them and one adds them up:
    a call costs more than what it does.
    """
    lines, rest = board[:side], board[side:]
    differ = lines[1:] ^ lines[:-1]
    _runs(differ ^ _ones(side, side), rest[: 2 * side - 9])
    rest = rest[2 * side - 9 :]
    _no_squares(lines, differ, side, rest[: side - 1])
    _finders(lines, rest[side - 1 : 2 * side - 11], rest[2 * side - 11 :])
    counts = np.bitwise_count(board).reshape(len(board), -1)
    dark, scores = np.add.reduce((_weights(side) @ counts).reshape(2, *board.shape[1:]), axis=1).tolist()
    # As `qrcode` computes it, so that a tie of rounding falls the same way.
    uneven = [int(abs(count / side**2 * 100 - 50) / 5) for count in dark]
    squares = 3 * (side - 1) ** 2
    return [int(score) + squares + 10 * each for score, each in zip(scores, uneven, strict=True)]


def _runs(same: Words, found: Words) -> None:
    """N1: five or more of one colour cost their length less two: a bit for each five, two for each run.

    A run has a change before its fives and one after them, but at a line's end: there, fives weigh twice.
    """
    pairs = same[1:] & same[:-1]
    count = len(pairs) - 2
    fives = np.bitwise_and(pairs[2:], pairs[:-2], out=found[:count])
    np.bitwise_xor(fives[1:], fives[:-1], out=found[count:])


def _no_squares(lines: Words, differ: Words, side: int, found: Words) -> None:
    """N2 costs two by two of one colour, in every place: these are the places that cost nothing."""
    along = lines ^ _next_bit(lines, side)
    either = along[1:] | along[:-1]
    either |= differ
    np.bitwise_and(either, _ones(side, side - 1), out=found)


def _next_bit(words: Words, side: int) -> Words:
    """Each bit replaced by the one after it in its line."""
    shifted = words >> np.uint64(1)
    if side > _BITS:
        shifted[:, :-1] |= words[:, 1:] << np.uint64(_BITS - 1)
    return shifted


def _finders(lines: Words, after: Words, before: Words) -> None:
    """N3: 1011101, which looks like a finder, with four light modules after or before it."""
    light = ~lines
    halves = lines[:-2] & light[1:-1]
    halves &= lines[2:]
    core = halves[:-4] & halves[4:]
    core &= lines[3:-3]
    pairs = light[1:] & light[:-1]
    fours = pairs[2:] & pairs[:-2]
    np.bitwise_and(core[:-4], fours[7:], out=after)
    np.bitwise_and(core[4:], fours[:-7], out=before)
