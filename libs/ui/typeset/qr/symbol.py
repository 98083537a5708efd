"""QR symbols by table look-up: the modules and the mask are those of the `qrcode` package."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import local

import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import mask_func

from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.qr.masking import Board, Words, line_bits, pack
from libs.ui.typeset.qr.parity import parity_of
from libs.ui.typeset.qr.segments import Bits, Segment, header, header_bits

Modules = NDArray[np.uint8]

_MASKS = 8
_LAST_VERSION = 40
_TIMING_COLUMN = 6
_FIRST_WITH_VERSION = 7
_PAD = np.unpackbits(np.frombuffer(b"\xec\x11", np.uint8))
_LONGEST_TERMINATOR = 4
_FREE = 2


def make_symbol(segments: Sequence[Segment], mask: int | None = None) -> Modules:
    """The modules of a symbol at level M, in the smallest version that holds the data.

    Args:
        segments: What it holds.
        mask: One of the eight masks; None for the one with the fewest penalties.

    Returns:
        A square of ones (dark) and zeros, rows from the top, without the quiet zone.

    Raises:
        TextTooLongError: No version holds that much.
    """
    plan = _plan(smallest_version(segments))
    lines = _bits(segments, plan).take(plan.lines, mode="clip")
    rows = lines[plan.side :] ^ plan.masks[_choose(lines, plan) if mask is None else mask]
    symbol: Modules = rows[:, : plan.side]
    return symbol


def smallest_version(segments: Sequence[Segment]) -> int:
    """The smallest version, 1 to 40, that holds the data at level M."""
    payload_bits = sum([segment.payload_bits for segment in segments])
    limits = _payload_limits(tuple([segment.mode for segment in segments]))
    version = 1 + bisect_left(limits, payload_bits)
    if version > _LAST_VERSION:
        raise TextTooLongError("no QR code holds that much")
    return version


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every symbol of a version shares.

    Attributes:
        version: 1 to 40.
        side: Modules on a side.
        capacity: Codewords of data.
        blocks: Codewords of data of each block.
        parity: Codewords of error correction of each block.
        masks: The function patterns of the finished symbol over each mask's pattern, by rows of whole words.
        tried: The same with light format and version information, as `qrcode` scores them, by lines.
        lines: Where the bits of a symbol's lines stand among the blocks' data and parity.
    """

    version: int
    side: int
    capacity: int
    blocks: tuple[int, ...]
    parity: int
    masks: Modules
    tried: Words
    lines: NDArray[np.intp]


class _Boards(local):
    """Each thread's own, by the side of their symbols."""

    def __init__(self) -> None:
        self.by_side: dict[int, Board] = {}


_boards = _Boards()


@cache
def _payload_limits(modes: tuple[int, ...]) -> list[int]:
    """How many bits of data each version holds beside the headers of segments in these modes."""
    limits = []
    for version in range(1, _LAST_VERSION + 1):
        capacity_bits = 8 * sum(int(block.data_count) for block in rs_blocks(version, ERROR_CORRECT_M))
        limits.append(capacity_bits - sum(header_bits(mode, version) for mode in modes))
    return limits


@cache
def _plan(version: int) -> _Plan:
    blocks = rs_blocks(version, ERROR_CORRECT_M)
    counts = tuple(block.data_count for block in blocks)
    parity = blocks[0].total_count - blocks[0].data_count
    side = 17 + 4 * version
    finished = [_function_patterns(version, mask, tried=False) for mask in range(_MASKS)]
    tried = [_function_patterns(version, mask, tried=True) for mask in range(_MASKS)]
    free = finished[0] == _FREE
    path = _path(free)
    source = _source(counts, parity)
    nothing = len(source)
    places = np.full(side * side, nothing, np.intp)
    places[path[: len(source)]] = source[: len(path)]
    return _Plan(
        version=version,
        side=side,
        capacity=sum(counts),
        blocks=counts,
        parity=parity,
        masks=np.pad(_over_masks(finished, free), ((0, 0), (0, 0), (0, line_bits(side) - side))),
        tried=pack(_over_masks(tried, free)),
        lines=_line_places(places.reshape(side, side), nothing),
    )


def _line_places(grid: NDArray[np.intp], nothing: int) -> NDArray[np.intp]:
    """Where the bits of a symbol's columns stand, then those of its rows, each filled up to whole words."""
    side = len(grid)
    places = np.full((2 * side, line_bits(side)), nothing, np.intp)
    places[:side, :side] = grid.T
    places[side:, :side] = grid
    return places


def _function_patterns(version: int, mask: int, *, tried: bool) -> Modules:
    """What isn't data, drawn by `qrcode` itself; data modules are `_FREE`."""
    code = qrcode.QRCode(version=version, error_correction=ERROR_CORRECT_M, border=0)
    side = code.modules_count = 17 + 4 * version
    code.modules = [[None] * side for _ in range(side)]
    for row, column in ((0, 0), (side - 7, 0), (0, side - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(tried, mask)
    if version >= _FIRST_WITH_VERSION:
        code.setup_type_number(tried)
    rows = [[_FREE if module is None else int(module) for module in row] for row in code.modules]
    return np.array(rows, np.uint8)


def _over_masks(patterns: Sequence[Modules], free: NDArray[np.bool_]) -> Modules:
    over = np.zeros((_MASKS, *free.shape), np.uint8)
    rows, columns = np.indices(free.shape)
    for mask, pattern in enumerate(patterns):
        inverts = np.vectorize(mask_func(mask))(rows, columns)
        over[mask] = np.where(free, inverts, pattern)
    return over


def _path(free: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The order in which data modules are filled: columns in pairs from the right, up and down in turn."""
    side = len(free)
    places = []
    upwards = True
    for right in [*range(side - 1, _TIMING_COLUMN, -2), *range(_TIMING_COLUMN - 1, 0, -2)]:
        rows = range(side - 1, -1, -1) if upwards else range(side)
        places += [row * side + column for row in rows for column in (right, right - 1) if free[row, column]]
        upwards = not upwards
    return np.array(places, np.intp)


def _source(blocks: Sequence[int], parity: int) -> NDArray[np.intp]:
    """Bits of the blocks' codewords in the interleaved order of the symbol."""
    starts = [sum(blocks[:index]) for index in range(len(blocks))]
    order = [
        start + place
        for place in range(max(blocks))
        for start, count in zip(starts, blocks, strict=True)
        if place < count
    ]
    first = sum(blocks)
    order += [first + block * parity + place for place in range(parity) for block in range(len(blocks))]
    codewords = np.array(order, np.intp)
    return (codewords[:, None] * 8 + np.arange(8)).reshape(-1)


@lru_cache(maxsize=64)
def _frame(before: tuple[Segment, ...], mode: int, count: int, version: int) -> tuple[Bits, int]:
    """All bits of a symbol but those of its last segment's data and of its parity; where that data begins.

    Addresses of one platform differ in their last segment only.
    """
    plan = _plan(version)
    capacity_bits = 8 * plan.capacity
    heads = [bits for each in before for bits in (header(each.mode, len(each.data), version), each.payload())]
    head = np.concatenate([*heads, header(mode, count, version)])
    end = len(head) + Segment(mode, bytes(count)).payload_bits
    end += min(_LONGEST_TERMINATOR, capacity_bits - end)
    end += -end % 8
    # One more zero codeword stands behind all: for a shorter block, and for what isn't data.
    row = np.zeros(capacity_bits + 8 * plan.parity * len(plan.blocks) + 8, np.uint8)
    row[: len(head)] = head
    row[end:capacity_bits] = np.resize(_PAD, capacity_bits - end)
    return row, len(head)


def _bits(segments: Sequence[Segment], plan: _Plan) -> Bits:
    """Data and parity, and zeros after them for what isn't data."""
    *before, last = segments
    frame, start = _frame(tuple(before), last.mode, len(last.data), plan.version)
    row, payload, end = frame.copy(), last.payload(), 8 * plan.capacity
    row[start : start + len(payload)] = payload
    row[end:-8] = np.unpackbits(parity_of(np.packbits(row[: end + 8]), plan.blocks, plan.parity))
    return row


def _choose(lines: Modules, plan: _Plan) -> int:
    """The mask with the fewest penalties; the first of equals."""
    board = _boards.by_side.get(plan.side)
    if board is None:
        board = _boards.by_side[plan.side] = Board(plan.side, _MASKS)
    board.lay(lines, plan.tried)
    scores = board.penalties()
    return scores.index(min(scores))
