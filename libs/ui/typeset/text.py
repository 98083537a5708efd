"""Text broken into lines that fit a width, and sizes that make it fit."""

import re
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
    paragraph = _paragraph(content, direction)
    if width_pt is None:
        return Setting((paragraph.cut(),), size_pt, direction)
    places = _break(paragraph, _words(paragraph), width_pt * 1000 / size_pt)
    return Setting(_lines(paragraph, places), size_pt, direction)


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
    paragraph = _paragraph(content, direction)
    words = _words(paragraph)
    for size_pt in sizes_pt:
        places = _break(paragraph, words, width_pt * 1000 / size_pt)
        if len(places) <= lines:
            return Setting(_lines(paragraph, places), size_pt, direction)
    raise TextTooLongError(f"a text doesn't fit {lines} lines of {width_pt:.0f} pt")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word and the white space after it; widths in thousandths of the type size."""

    start: int
    end: int
    width: float
    space: float


def _paragraph(content: str | Sequence[Span], direction: Direction) -> Paragraph:
    return Paragraph((Span(content),) if isinstance(content, str) else content, direction)


def _lines(paragraph: Paragraph, places: Sequence[tuple[int, int]]) -> tuple[Line, ...]:
    if not places:
        return ()
    *others, last = places
    return (*(paragraph.cut_before(*place) for place in others), paragraph.cut(*last))


def _words(paragraph: Paragraph) -> list[_Word]:
    """Words with their widths: shaped alone, an Arabic word is as wide as in its line."""
    words = []
    for match in re.finditer(r"([^ ]+)( *)", paragraph.text):
        width = paragraph.cut(match.start(1), match.end(1)).width
        space = paragraph.cut(match.start(2), match.end(2)).width if match[2] else 0.0
        words.append(_Word(match.start(1), match.end(1), width, space))
    return words


def _break(paragraph: Paragraph, words: Sequence[_Word], limit: float) -> list[tuple[int, int]]:
    """Where each line begins and ends."""
    lines: list[tuple[int, int]] = []
    start: int | None = None
    end, used, space = 0, 0.0, 0.0
    for word in words:
        if start is not None and used + space + word.width > limit:
            lines.append((start, end))
            start = None
        if start is None:
            start, used, space = word.start, 0.0, 0.0
            if word.width > limit:
                *whole, (start, _) = _cut_word(paragraph, word, limit)
                lines += whole
                used = paragraph.cut(start, word.end).width - word.width
        used += space + word.width
        end, space = word.end, word.space
    if start is not None:
        lines.append((start, end))
    return lines


def _cut_word(paragraph: Paragraph, word: _Word, limit: float) -> list[tuple[int, int]]:
    """A word that no line holds, cut between characters but never before a mark."""
    pieces = []
    start = word.start
    while start < word.end:
        end = word.end
        while end > start + 1 and paragraph.cut(start, end).width > limit:
            end -= 1
            while end > start + 1 and unicodedata.combining(paragraph.text[end]):
                end -= 1
        pieces.append((start, end))
        start = end
    return pieces
