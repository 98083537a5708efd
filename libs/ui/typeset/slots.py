"""Places of fixed geometry where values stand: one line at one size, or one picture."""

from dataclasses import dataclass
from enum import StrEnum

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.faces import Family
from libs.ui.typeset.shaping import Line, Paragraph, Span


class Align(StrEnum):
    """What `x` is to a line."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Style:
    """How a value is set.

    Attributes:
        direction: Of the line that the value is alone in; it also says whose digits are drawn.
        isolate: The value's own direction, settled apart from the line's (UAX #9).
    """

    direction: Direction
    isolate: Direction
    bold: bool = False
    family: Family = Family.TEXT

    def span(self, text: str) -> Span:
        """The value as a piece of a paragraph."""
        return Span(text, bold=self.bold, family=self.family, isolate=self.isolate)

    def shape(self, text: str) -> Line:
        """The value as a line of its own.

        Raises:
            UnprintableTextError: A character can't be printed.
        """
        return Paragraph((self.span(text),), self.direction).cut()


@dataclass(frozen=True, slots=True)
class TextSlot:
    """Where one line of a value stands.

    Attributes:
        name: What the value is called among a page's values.
        x: Left edge, right edge or middle, as `align` says, in points.
        y: The baseline, in points from the bottom.
        width_pt: The widest line that may stand here.
    """

    name: str
    x: float
    y: float
    size_pt: float
    align: Align
    width_pt: float
    style: Style

    def holds(self, line: Line) -> bool:
        """Whether a line shaped in this slot's style isn't too wide for it."""
        return line.width * self.size_pt / 1000 <= self.width_pt


@dataclass(frozen=True, slots=True)
class PictureSlot:
    """Where a square picture stands: its left bottom corner and its side, in points."""

    name: str
    x: float
    y: float
    side: float
