"""The top of the page: letterhead in three languages, date and number, title."""

from collections.abc import Sequence

from reportlab.lib.pagesizes import A4

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside, space, stack, text_block
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import set_text
from services.certificates.adapters.pdf.ornament import GOLD, GREEN, GREY, INK, draw_rule, draw_star
from services.certificates.adapters.pdf.wording import Wording
from services.certificates.domain.printed import CertificateContent

LEFT = 52.0
RIGHT = A4[0] - 52.0
MIDDLE = A4[0] / 2
_COLUMN = 186.0
_EMBLEM = 23.0


def head_block(content: CertificateContent, wording: Wording) -> Block:
    """Everything above the text."""
    return stack(
        [
            _letterhead(wording),
            space(8),
            _rule(),
            space(4),
            _references(content, wording),
            space(6),
            _title(content, wording),
            space(8),
        ]
    )


def _letterhead(wording: Wording) -> Block:
    words = wording.letterhead
    arabic = _column(words.arabic, Direction.RTL, (13.0, 11.5, 10.5), RIGHT - _COLUMN / 2)
    french = _column(words.french, Direction.LTR, (9.5, 8.4, 7.6), LEFT + _COLUMN / 2)
    tifinagh = text_block(set_text(words.tifinagh, Direction.LTR, 9.0), MIDDLE, 12, Align.CENTRE)
    emblem = Block(2 * _EMBLEM + 6, lambda sheet, top: draw_star(sheet, MIDDLE, top - _EMBLEM, _EMBLEM))
    ink = Block(0, lambda sheet, _: sheet.setFillColor(INK))
    return beside(ink, arabic, stack([emblem, ink, tifinagh]), french)


def _column(
    lines: Sequence[str], direction: Direction, sizes_pt: tuple[float, float, float], middle: float
) -> Block:
    blocks = []
    for text, size_pt in zip(lines, sizes_pt, strict=True):
        spans = (Span(text, bold=size_pt == sizes_pt[0]),)
        leading = size_pt * (1.5 if direction is Direction.RTL else 1.3)
        blocks.append(text_block(set_text(spans, direction, size_pt, _COLUMN), middle, leading, Align.CENTRE))
    return stack(blocks)


def _rule() -> Block:
    return Block(1, lambda sheet, top: draw_rule(sheet, LEFT, RIGHT, top))


def _references(content: CertificateContent, wording: Wording) -> Block:
    """Date on the side where reading begins, number on the other."""

    def field(label: str, value: str) -> tuple[Span, ...]:
        return (Span(label + wording.label_end), Span(value, bold=True, isolate=Direction.RTL))

    day = set_text(field(wording.labels.date, wording.long_date(content.issued_on)), Direction.RTL, 11.5)
    number = (
        Span(wording.labels.number + wording.label_end),
        Span(content.number, bold=True, isolate=Direction.LTR),
    )
    return beside(
        text_block(day, RIGHT, 17),
        text_block(set_text(number, Direction.RTL, 11.5), LEFT, 17, Align.LEFT),
    )


def _title(content: CertificateContent, wording: Wording) -> Block:
    title = set_text((Span(wording.title, bold=True),), Direction.RTL, 33)
    french = set_text(wording.french.title, Direction.LTR, 10)
    marks = [
        (arabic, latin)
        for wanted, arabic, latin in (
            (content.duplicate, wording.marks.duplicate, wording.french.marks.duplicate),
            (content.corrected, wording.marks.corrected, wording.french.marks.corrected),
        )
        if wanted
    ]

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(GREEN)
        text_block(title, MIDDLE, 44, Align.CENTRE).draw(sheet, top)
        sheet.setFillColor(GREY)
        text_block(french, MIDDLE, 13, Align.CENTRE).draw(sheet, top - 46)
        sheet.setFillColor(INK)
        for index, (arabic, latin) in enumerate(marks):
            _draw_mark(sheet, top - 10 - index * 30, arabic, latin)

    return Block(60, draw)


def _draw_mark(sheet: Sheet, top: float, arabic: str, latin: str) -> None:
    """A framed word at the left of the title, as a stamp would stand."""
    spans = (Span(arabic, bold=True), Span("  "), Span(latin, isolate=Direction.LTR))
    setting = set_text(spans, Direction.RTL, 12)
    width = setting.width_of(setting.lines[0]) + 18
    sheet.setStrokeColor(GOLD)
    sheet.setLineWidth(1)
    sheet.roundRect(LEFT, top - 24, width, 24, 3)
    text_block(setting, LEFT + width / 2, 24, Align.CENTRE).draw(sheet, top)
