"""Content operators that show a shaped line."""

from collections.abc import Callable
from typing import Protocol

from libs.ui.typeset.faces import Face
from libs.ui.typeset.shaping import Line, ShapedRun

# Differences of the pen below this many thousandths of the type size can't be seen.
_INVISIBLE_MOVE = 0.5


class Codes(Protocol):
    """A face within a document: what its glyphs are called there."""

    @property
    def resource(self) -> str:
        """The font's name in the page's resources."""

    def code(self, gid: int, text: str) -> int:
        """The two-byte code of a glyph that stands for a text."""

    def advance(self, gid: int) -> int:
        """Advance of a glyph as the viewer will know it, in thousandths of the type size."""


def line_operators(
    line: Line, size_pt: float, left: float, y: float, embed: Callable[[Face], Codes]
) -> list[str]:
    """The operators of one line.

    Runs are written in reading order and the glyphs of a run from left to right, marked
    /ReversedChars where they read from right to left (ISO 32000-1, 14.8.2.3.3).

    Args:
        line: What is shown.
        size_pt: The type size.
        left: The line's left edge, in points.
        y: Its baseline.
        embed: Gives a face's codes in the document.

    Returns:
        One operator with its operands a string.
    """
    return [text_object(left, y), *run_operators(line, size_pt, embed), "ET"]


def text_object(left: float, y: float) -> str:
    """The operators that begin a line at its place."""
    return f"BT 1 0 0 1 {left:.2f} {y:.2f} Tm"


def run_operators(line: Line, size_pt: float, embed: Callable[[Face], Codes]) -> list[str]:
    """The operators of a line's runs, which don't depend on its place."""
    code: list[str] = []
    pen = 0.0
    for run in sorted(line.runs, key=lambda each: each.start):
        pen = _show_run(code, run, size_pt, pen, embed(run.face))
    return code


def _show_run(code: list[str], run: ShapedRun, size_pt: float, pen: float, font: Codes) -> float:
    code.append(f"/{font.resource} {size_pt:g} Tf")
    if run.level % 2:
        code.append("/ReversedChars BMC")
    rise = 0.0
    pieces: list[str] = []
    for glyph in run.glyphs:
        wanted_rise = round(glyph.y * size_pt / 1000, 2)
        if wanted_rise != rise:
            show_pieces(code, pieces)
            code.append(f"{wanted_rise:g} Ts")
            rise = wanted_rise
        move = round(pen - run.x - glyph.x)
        if abs(move) >= _INVISIBLE_MOVE:
            pieces.append(f"{move}")
            pen -= move
        pieces.append(f"<{font.code(glyph.gid, glyph.text):04X}>")
        pen += font.advance(glyph.gid)
    show_pieces(code, pieces)
    if rise:
        code.append("0 Ts")
    if run.level % 2:
        code.append("EMC")
    return pen


def show_pieces(code: list[str], pieces: list[str]) -> None:
    """Write what is shown at one height as one operator, and begin anew."""
    if pieces:
        code.append(f"[{''.join(pieces).replace('><', '')}] TJ")
        pieces.clear()
