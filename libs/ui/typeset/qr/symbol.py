"""QR symbols by table look-up: the modules and the mask are those of the `qrcode` package."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import mask_func

from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.qr.masking import PackedMasks, line_places
from libs.ui.typeset.qr.parity import parity_of
from libs.ui.typeset.qr.segments import Segment, header_bits

Modules = NDArray[np.uint8]

_MASKS = 8
_LAST_VERSION = 40
_TIMING_COLUMN = 6
_FIRST_WITH_VERSION = 7
_PAD = b"\xec\x11"
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
    version = smallest_version(segments)
    plan = _plan(version)
    bits = _bits([_codewords(segments, plan)], plan)
    chosen = mask if mask is not None else plan.tried.choose(bits, plan.lines)[0]
    symbol: Modules = bits[0].take(plan.grid) ^ plan.masks[chosen]
    return symbol


def make_symbols(data: Sequence[Sequence[Segment]]) -> list[Modules]:
    """Several symbols at once: the fixed cost of each numpy call is shared.

    Args:
        data: The segments of each symbol.

    Returns:
        As many symbols, each as `make_symbol` makes it.

    Raises:
        TextTooLongError: No version holds one of them.
    """
    by_version: dict[int, list[int]] = {}
    for index, segments in enumerate(data):
        by_version.setdefault(smallest_version(segments), []).append(index)
    symbols: dict[int, Modules] = {}
    for version, indices in by_version.items():
        plan = _plan(version)
        bits = _bits([_codewords(data[index], plan) for index in indices], plan)
        masks = plan.tried.choose(bits, plan.lines)
        for place, index in enumerate(indices):
            symbols[index] = bits[place].take(plan.grid) ^ plan.masks[masks[place]]
    return [symbols[index] for index in range(len(data))]


def smallest_version(segments: Sequence[Segment]) -> int:
    """The smallest version, 1 to 40, that holds the data at level M."""
    payload_bits = sum([segment.payload_bits for segment in segments])
    for version, most in enumerate(_payload_limits(tuple([segment.mode for segment in segments])), 1):
        if payload_bits <= most:
            return version
    raise TextTooLongError("no QR code holds that much")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every symbol of a version shares.

    Attributes:
        version: 1 to 40.
        side: Modules on a side.
        capacity: Codewords of data.
        blocks: Codewords of data of each block.
        parity: Codewords of error correction of each block.
        masks: The function patterns of the finished symbol over each mask's pattern.
        tried: The same with light format and version information, as `qrcode` scores them.
        grid: Where each module's bit stands among the blocks' data and parity, rows by columns.
        lines: The same for the lines that masks are scored by.
    """

    version: int
    side: int
    capacity: int
    blocks: tuple[int, ...]
    parity: int
    masks: Modules
    tried: PackedMasks
    grid: NDArray[np.intp]
    lines: NDArray[np.intp]


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
    grid = places.reshape(side, side)
    return _Plan(
        version=version,
        side=side,
        capacity=sum(counts),
        blocks=counts,
        parity=parity,
        masks=_over_masks(finished, free),
        tried=PackedMasks.of(_over_masks(tried, free)),
        grid=grid,
        lines=line_places(grid, nothing),
    )


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


def _codewords(segments: Sequence[Segment], plan: _Plan) -> bytes:
    """The data with its terminator and padding."""
    capacity_bits = plan.capacity * 8
    bits = "".join([segment.bits(plan.version) for segment in segments])
    bits += "0" * min(_LONGEST_TERMINATOR, capacity_bits - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8)
    return data + (_PAD * plan.capacity)[: plan.capacity - len(data)]


def _bits(data: Sequence[bytes], plan: _Plan) -> Modules:
    """Data and parity of each symbol as a row of bits, and a zero after them for what isn't data."""
    codewords = np.frombuffer(b"".join(data), np.uint8).reshape(len(data), plan.capacity)
    nothing = np.zeros((len(data), 1), np.uint8)
    parities = parity_of(codewords, plan.blocks, plan.parity)
    return np.unpackbits(np.concatenate([codewords, parities, nothing], axis=1), axis=1)
