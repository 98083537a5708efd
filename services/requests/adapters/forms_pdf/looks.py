"""Measures, colours and labels that all parts of a form share."""

from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside, stack, text_block
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import set_text
from services.requests.adapters.forms_pdf.wording import Bilingual

GREEN = HexColor(0x0B4F3C)
INK = HexColor(0x1A1A1A)
GREY = HexColor(0x4E5A55)
LINE = HexColor(0x7D8A84)
PALE = HexColor(0xEAF1EE)

LEFT = 40.0
RIGHT = A4[0] - 40.0
WIDTH = RIGHT - LEFT
GAP = 14.0
# A hand needs about eight millimetres to write in.
BOX_HEIGHT = 21.0
_ARABIC_PT, _FRENCH_PT = 10.5, 7.8
_LABEL_LEADING = 15.0


@dataclass(frozen=True, slots=True)
class Column:
    """Where something stands between the margins, in points."""

    left: float
    right: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left


PAGE = Column(LEFT, RIGHT)


def label_block(label: Bilingual, column: Column) -> Block:
    """Arabic at the right, French at the left; one above the other where they would meet."""
    arabic = set_text(label.ar, Direction.RTL, _ARABIC_PT, column.width)
    french = set_text(label.fr, Direction.LTR, _FRENCH_PT, column.width)
    together = arabic.width_of(arabic.lines[0]) + french.width_of(french.lines[0]) + GAP / 2
    first = text_block(arabic, column.right, _LABEL_LEADING)
    second = tinted(text_block(french, column.left, _LABEL_LEADING))
    one_line = len(arabic.lines) == len(french.lines) == 1 and together <= column.width
    return beside(first, second) if one_line else stack([first, tinted(text_block(french, column.left, 10))])


def tinted(block: Block) -> Block:
    """A block in grey, after which ink is black again."""

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(GREY)
        block.draw(sheet, top)
        sheet.setFillColor(INK)

    return Block(block.height, draw, block.baseline)


def section_title(title: Bilingual) -> Block:
    """A band with the title in both languages."""
    arabic = set_text((Span(title.ar, bold=True),), Direction.RTL, 11.5)
    french = set_text((Span(title.fr, bold=True),), Direction.LTR, 9)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(PALE)
        sheet.rect(LEFT, top - 19, WIDTH, 19, stroke=0, fill=1)
        sheet.setFillColor(GREEN)
        sheet.rect(RIGHT - 3, top - 19, 3, 19, stroke=0, fill=1)
        text_block(arabic, RIGHT - 10, 19).draw(sheet, top)
        text_block(french, LEFT + 8, 19, Align.LEFT).draw(sheet, top)
        sheet.setFillColor(INK)

    return Block(23, draw)


def draw_box(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """An empty white box with a thin line."""
    sheet.setStrokeColor(LINE)
    sheet.setLineWidth(0.6)
    sheet.rect(x, y, width, height, stroke=1, fill=0)
