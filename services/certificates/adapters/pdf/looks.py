"""Measures and styles that the parts of a page share."""

from collections.abc import Callable

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, ValueStyle
from libs.ui.typeset.faces import Family
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Style
from services.certificates.adapters.pdf.ornament import INK

LEFT = 52.0
RIGHT = A4[0] - 52.0
MIDDLE = A4[0] / 2
WIDTH = RIGHT - LEFT

FRENCH = "fr-FR"
AMAZIGH = "zgh-Tfng-MA"
# No Arabic text is smaller, whatever a page has to hold; French may be a little, for it is only beside.
LEAST_ARABIC_PT = 8.0
FRENCH_TEXT_PT = 7.2
FRENCH_LEADING = 8.8

_ARABIC = Style(Direction.RTL, Direction.RTL, bold=True)
_LATIN = Style(Direction.LTR, Direction.LTR)

NAME = ValueStyle(_ARABIC, (16.0, 14.0, 12.0, 10.5), 1.5)
VALUE = ValueStyle(_ARABIC, (13.0, 12.0, 11.0, 10.0), 1.42)
SYMBOLS = ValueStyle(Style(Direction.RTL, Direction.LTR, bold=True), (13.0, 12.0, 11.0, 10.0), 1.42)
DATE = ValueStyle(_ARABIC, (11.5, 10.5), 1.5, lines=1)
NUMBER = ValueStyle(Style(Direction.RTL, Direction.LTR, bold=True), (11.5, 10.5, 9.5), 1.5, lines=1)
CODE = ValueStyle(
    Style(Direction.RTL, Direction.LTR, bold=True, family=Family.CODE), (17.0, 15.0, 13.0, 11.0), 1.5, lines=1
)
CENTRE = ValueStyle(_ARABIC, (9.5, 8.8, 8.0), 1.5)
LATIN_NAME = ValueStyle(_LATIN, (10.0, 9.0, 8.0, 7.0), 1.2)
TIFINAGH_NAME = ValueStyle(_LATIN, (9.5, 8.5, 7.5), 1.3)
FRENCH_VALUE = ValueStyle(_LATIN, (7.8, 7.2, 6.6), 1.25)
FRENCH_DATE = ValueStyle(_LATIN, (7.6,), 1.2, lines=1)


def scaled(style: ValueStyle, scale: float) -> ValueStyle:
    """An Arabic style at a page's scale, but never below what can be read."""
    return ValueStyle(
        style.style,
        tuple(dict.fromkeys(max(size_pt * scale, LEAST_ARABIC_PT) for size_pt in style.sizes_pt)),
        style.leading,
        style.lines,
    )


def inked(colour: Color, block: Block) -> Block:
    """A block whose texts have a colour of their own."""

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(colour)
        block.draw(sheet, top)
        sheet.setFillColor(INK)

    return Block(block.height, draw, block.baseline)


def decoration(draw: Callable[[Sheet, float], None], height: float = 0.0) -> Block:
    """Something that is only to be seen."""

    def drawn(sheet: Sheet, top: float) -> None:
        with sheet.artifact():
            draw(sheet, top)

    return Block(height, drawn)
