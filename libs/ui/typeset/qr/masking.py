"""Penalties of masked QR symbols (ISO/IEC 18004, 7.8.3), all masks of a symbol at once."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BITS = 64
_WORD = np.dtype("<u8")

Words = NDArray[np.uint64]
# An operation on whole words, what it takes, and where it leaves what it finds.
_Step = tuple[Callable[..., Any], Words, Words, Words]


class Board:
    """Lines of several symbols of one side, and behind them the bits of everything that is counted.

    A symbol's columns are its first lines and its rows the others. What stands side by side in a symbol thus
    stands in lines that follow each other, and one operation on whole words compares them for every symbol,
    in both directions; what it finds where columns end and rows begin weighs nothing.

    A call of numpy costs more than what it does here. So every view is made once, each kind of penalty leaves
    its bits behind the lines, one call counts them all, and one adds them up. One thread at a time uses a
    board.
    """

    def __init__(self, side: int, count: int) -> None:
        """Make room.

        Args:
            side: Modules on a side.
            count: How many symbols.
        """
        parts = [2 * side, 2 * side - 4, 2 * side - 5, side - 1, 2 * side - 10, 2 * side - 10]
        room = np.zeros((sum(parts), line_bits(side) // _BITS, count), np.uint64)
        ends = np.cumsum([0, *parts]).tolist()
        self._side = side
        self._lines, *found = [room[start:end] for start, end in pairwise(ends)]
        self._differ, self._same = (np.empty_like(self._lines[1:]) for _ in range(2))
        self._pairs = np.empty_like(self._lines[2:])
        self._steps = [*self._runs(*found[:2]), *self._squares(found[2]), *self._finders(*found[3:])]
        # The rows' own bits tell how many modules are dark.
        self._found = room[side:]
        self._counts = np.empty(self._found.shape, np.uint8)
        self._weighed = np.empty((len(self._found), self._found[0].size), np.float32)
        self._weights, self._even = _weights(side), _even_costs(side)

    def lay(self, symbol: NDArray[np.uint8], masks: Words) -> None:
        """Lay one symbol down, once under each mask.

        Args:
            symbol: The modules of its lines, `line_bits` for each line.
            masks: The lines of each mask (`pack`).
        """
        packed = np.packbits(symbol, bitorder="little").view(_WORD)
        np.bitwise_xor(packed.reshape(*self._lines.shape[:2], 1), masks, out=self._lines)

    def penalties(self) -> list[int]:
        """What lies here costs, each symbol by itself."""
        for operation, one, other, out in self._steps:
            operation(one, other, out)
        np.bitwise_count(self._found, self._counts)
        np.copyto(self._weighed, self._counts.reshape(self._weighed.shape))
        sums = (self._weights @ self._weighed).reshape(2, *self._found.shape[1:])
        dark, costs = (sums[:, 0] if sums.shape[1] == 1 else sums.sum(axis=1)).tolist()
        return [int(cost) + self._even[int(count)] for cost, count in zip(costs, dark, strict=True)]

    def _runs(self, fives: Words, changes: Words) -> Iterator[_Step]:
        """N1: five or more of one colour cost their length less two: a bit for each five, two for each run.

        A run has a change before its fives and one after them, but at a line's end: there, fives weigh twice.
        """
        lines, differ, same, pairs = self._lines, self._differ, self._same, self._pairs
        yield np.bitwise_xor, lines[1:], lines[:-1], differ
        yield np.bitwise_xor, differ, _ones(differ, self._side), same
        yield np.bitwise_and, same[1:], same[:-1], pairs
        yield np.bitwise_and, pairs[2:], pairs[:-2], fives
        yield np.bitwise_xor, fives[1:], fives[:-1], changes

    def _squares(self, costless: Words) -> Iterator[_Step]:
        """N2 costs two by two of one colour, in every place: found are the places that cost nothing."""
        rows = self._lines[self._side :]
        along, either = np.empty_like(rows), np.empty_like(rows[1:])
        yield np.right_shift, rows, np.ones_like(rows), along
        if rows.shape[1] > 1:
            carried = np.empty_like(rows[:, 1:])
            yield np.left_shift, rows[:, 1:], np.full_like(carried, _BITS - 1), carried
            yield np.bitwise_or, along[:, :-1], carried, along[:, :-1]
        yield np.bitwise_xor, along, rows, along
        yield np.bitwise_or, along[1:], along[:-1], either
        yield np.bitwise_or, either, self._differ[self._side :], either
        yield np.bitwise_and, either, _ones(either, self._side - 1), costless

    def _finders(self, after: Words, before: Words) -> Iterator[_Step]:
        """N3: 1011101, which looks like a finder, with four light modules after or before it."""
        lines, differ, pairs = self._lines, self._differ, self._pairs
        alone, core, fours = np.empty_like(pairs), np.empty_like(lines[6:]), np.empty_like(lines[3:])
        yield np.bitwise_and, differ[1:], differ[:-1], alone
        yield np.bitwise_and, alone[:-4], alone[4:], core
        yield np.bitwise_and, core, pairs[2:-2], core
        yield np.bitwise_and, core, lines[:-6], core
        yield np.bitwise_and, pairs[:-1], self._same[2:], fours
        yield np.bitwise_and, core[:-4], fours[7:], after
        yield np.bitwise_and, after, differ[6:-3], after
        yield np.bitwise_and, core[4:], fours[:-7], before
        yield np.bitwise_and, before, differ[3:-6], before


def line_bits(side: int) -> int:
    """How many bits a line takes: whole words of them."""
    return -(-side // _BITS) * _BITS


def pack(symbols: NDArray[np.uint8]) -> Words:
    """The lines of symbols as a board holds them.

    Args:
        symbols: Symbols by rows by columns, all of one side.
    """
    count, side, _ = symbols.shape
    lines = np.zeros((2 * side, count, line_bits(side)), np.uint8)
    lines[:side, :, :side] = symbols.transpose(2, 0, 1)
    lines[side:, :, :side] = symbols.transpose(1, 0, 2)
    words = np.packbits(lines, axis=2, bitorder="little").view(_WORD).astype(np.uint64, copy=False)
    return np.ascontiguousarray(words.transpose(0, 2, 1))


def penalties(symbols: NDArray[np.uint8]) -> list[int]:
    """The penalties of each symbol.

    Args:
        symbols: Symbols by rows by columns, all of one side.

    Returns:
        As many sums.
    """
    count, side, _ = symbols.shape
    board = Board(side, count)
    board.lay(np.zeros(2 * side * line_bits(side), np.uint8), pack(symbols))
    return board.penalties()


def _ones(like: Words, length: int) -> Words:
    """Lines with ones in the first `length` bits."""
    bits = np.zeros(like.shape[1] * _BITS, np.uint8)
    bits[:length] = 1
    words = np.packbits(bits, bitorder="little").view(_WORD).astype(np.uint64, copy=False)
    return np.broadcast_to(words[:, None], like.shape).copy()


@cache
def _weights(side: int) -> NDArray[np.float32]:
    """What each bit of what a board found adds, first to the dark modules and then to the penalties."""
    nothing = np.zeros(side)
    doubled = np.ones(side - 4)
    doubled[[0, -1]] = 2
    runs = [*_twice(doubled, 4), *_twice(np.ones(side - 5), 5)]
    finders = _twice(np.full(side - 10, 40.0), 10)
    counted = np.concatenate([nothing, *runs, np.full(side - 1, -3.0), *finders, *finders])
    dark = np.zeros(len(counted))
    dark[:side] = 1
    return np.stack([dark, counted]).astype(np.float32)


def _twice(weights: NDArray[np.float64], between: int) -> Sequence[NDArray[np.float64]]:
    """Weights for columns and for rows, and nothing for what lies between."""
    return weights, np.zeros(between), weights


@cache
def _even_costs(side: int) -> list[int]:
    """By how many modules are dark: what N4 costs, and N2 if every place cost.

    It is reckoned as `qrcode` does, so that a tie of rounding falls the same way.
    """
    squares = 3 * (side - 1) ** 2
    uneven = [int(abs(dark / side**2 * 100 - 50) / 5) for dark in range(side**2 + 1)]
    return [10 * each + squares for each in uneven]
