"""QR codes drawn as shapes, sharp at every size."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from libs.ui.typeset.qr.segments import split
from libs.ui.typeset.qr.symbol import Modules, make_symbol
from libs.ui.typeset.sheet import Sheet

# ISO/IEC 18004 wants four clear modules on each side.
QUIET_MODULES = 4
_WORD = 8


def draw_qr(sheet: Sheet, data: str, x: float, y: float, side: float) -> None:
    """Draw a QR code of error correction level M.

    Args:
        sheet: Where it is drawn, in the current fill colour.
        data: What a reader gets.
        x: Left edge of the square that includes the quiet zone, in points.
        y: Its bottom edge.
        side: Its side.

    Raises:
        TextTooLongError: No QR code holds that much.
    """
    sheet._code.append(qr_operators(make_symbol(split(data)), x, y, side).decode())  # noqa: SLF001 - a Canvas has no other way in


def qr_operators(symbol: Modules, x: float, y: float, side: float) -> bytes:
    """A symbol as content operators: one shape for each stretch of dark modules in a row.

    One shape for several modules keeps hairlines from opening between them.

    Args:
        symbol: Its modules, rows from the top.
        x: Left edge of the square that includes the quiet zone, in points.
        y: Its bottom edge.
        side: Its side.

    Returns:
        Operators that fill the symbol in the current colour and leave the graphics state as it was.
    """
    count = len(symbol)
    module = side / (count + 2 * QUIET_MODULES)
    left, top = x + QUIET_MODULES * module, y + side - QUIET_MODULES * module
    padded = np.zeros((count, count + 1), np.bool_)
    padded[:, :-1] = symbol
    line = padded.reshape(-1)
    # Every row ends light, so changes alternate between a first dark module and the one after a last.
    changes = (line[1:] != line[:-1]).nonzero()[0] + 1
    if line[0]:
        changes = np.concatenate([[0], changes])
    first, after = changes[::2], changes[1::2]
    places, widths = _entries(count)
    entries = np.empty((len(first), 2), places.dtype)
    entries[:, 0] = places.take(first)
    entries[:, 1] = widths.take(after - first)
    start = f"q {module:.5f} 0 0 {-module:.5f} {left:.3f} {top:.3f} cm\n"
    return start.encode() + entries.tobytes() + b"f Q"


@cache
def _entries(count: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """The two halves of a shape's operator by place and by width, as long as a word or two of the machine."""
    places = [f"{column} {row} " for row in range(count) for column in range(count + 1)]
    widths = [f"{width} 1 re\n" for width in range(count + 1)]
    room = -(-max(map(len, [*places, *widths])) // _WORD) * _WORD
    return _table(places, room), _table(widths, room)


def _table(rows: list[str], room: int) -> NDArray[np.void]:
    return np.frombuffer("".join([f"{row:<{room}}" for row in rows]).encode(), f"V{room}")
