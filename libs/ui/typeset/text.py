"""Text broken into lines that fit a width, and sizes that make it fit."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.shaping import Line, Paragraph, Span


@dataclass(frozen=True, slots=True)
class Setting:
    """Lines of one paragraph at one size; lengths in points."""

    lines: tuple[Line, ...]
    size_pt: float
    direction: Direction

    def width_of(self, line: Line) -> float:
        """Width of a line in points."""
        return line.width * self.size_pt / 1000


def set_text(
    content: str | Sequence[Span], direction: Direction, size_pt: float, width_pt: float | None = None
) -> Setting:
    """Set a paragraph, ragged and never justified, so that letters keep their shapes.

    Args:
        content: Plain text, or pieces in their styles.
        direction: The paragraph's direction.
        size_pt: The type size.
        width_pt: The widest line; None for a single line.

    Returns:
        Its lines. A word longer than the width is cut between characters.

    Raises:
        UnprintableTextError: A character can't be printed.
    """
    spans = (Span(content),) if isinstance(content, str) else content
    paragraph = Paragraph(spans, direction)
    if width_pt is None:
        return Setting((paragraph.cut(),), size_pt, direction)
    limit = width_pt * 1000 / size_pt
    lines: list[Line] = []
    start = 0
    text = paragraph.text
    while start < len(text):
        end = _line_end(paragraph, start, limit)
        lines.append(paragraph.cut(start, _without_spaces(text, start, end)))
        start = end
    return Setting(tuple(lines), size_pt, direction)


def fit_text(
    content: str | Sequence[Span],
    direction: Direction,
    sizes_pt: Sequence[float],
    width_pt: float,
    lines: int,
) -> Setting:
    """Set a paragraph at the largest of some sizes at which it takes no more than some lines.

    Args:
        content: Plain text, or pieces in their styles.
        direction: The paragraph's direction.
        sizes_pt: Sizes to try, the largest first.
        width_pt: The widest line.
        lines: How many lines there is room for.

    Returns:
        The setting at the first size that fits.

    Raises:
        TextTooLongError: It fits at none of the sizes.
        UnprintableTextError: A character can't be printed.
    """
    for size_pt in sizes_pt:
        setting = set_text(content, direction, size_pt, width_pt)
        if len(setting.lines) <= lines:
            return setting
    raise TextTooLongError(f"a text doesn't fit {lines} lines of {width_pt:.0f} pt")


def _line_end(paragraph: Paragraph, start: int, limit: float) -> int:
    """Where the line that begins at `start` ends: after the last word that fits."""
    text = paragraph.text
    breaks = [index for index in range(start + 1, len(text)) if text[index - 1] == " " != text[index]]
    breaks.append(len(text))
    # Bisect on measured widths: the width of a line grows with its words.
    low, high = 0, len(breaks) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if _width(paragraph, start, breaks[middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    end = breaks[low]
    if _width(paragraph, start, end) <= limit:
        return end
    while end > start + 1 and (_width(paragraph, start, end) > limit or unicodedata.combining(text[end])):
        end -= 1
    return end


def _without_spaces(text: str, start: int, end: int) -> int:
    while end > start + 1 and text[end - 1] == " ":
        end -= 1
    return end


def _width(paragraph: Paragraph, start: int, end: int) -> float:
    return paragraph.cut(start, _without_spaces(paragraph.text, start, end)).width
