"""The top of the page: letterhead in three languages, date and number, title."""

from collections.abc import Mapping, Sequence

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside, space, stack, tagged, text_block, value_block
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import set_text
from services.certificates.adapters.pdf.looks import (
    AMAZIGH,
    DATE,
    FRENCH,
    FRENCH_DATE,
    LEFT,
    MIDDLE,
    NUMBER,
    RIGHT,
    decoration,
    inked,
)
from services.certificates.adapters.pdf.ornament import GOLD, GREEN, GREY, INK, draw_rule, draw_star
from services.certificates.adapters.pdf.wording import Wording
from services.certificates.domain.printed import CertificateContent

_COLUMN = 186.0
_EMBLEM = 23.0
_FIELD_PT = 11.5
_FIELD_LEADING = 17.0
_NUMBER_WIDTH = 70.0
_MARK_HEIGHT = 24.0


def head_block(content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> Block:
    """Everything above the text."""
    rule = decoration(lambda sheet, top: draw_rule(sheet, LEFT, RIGHT, top), 1)
    return stack(
        [
            _letterhead(wording),
            space(7),
            rule,
            space(3),
            _references(wording, values),
            _title(content, wording),
            space(6),
        ]
    )


def _letterhead(wording: Wording) -> Block:
    words = wording.letterhead
    arabic = _column(words.arabic, Direction.RTL, (13.0, 11.5, 10.5), RIGHT - _COLUMN / 2)
    french = _column(words.french, Direction.LTR, (9.5, 8.4, 7.6), LEFT + _COLUMN / 2)
    emblem = decoration(lambda sheet, top: draw_star(sheet, MIDDLE, top - _EMBLEM, _EMBLEM), 2 * _EMBLEM + 6)
    middle = [emblem]
    if words.tifinagh:
        line = set_text(words.tifinagh, Direction.LTR, 9.0)
        middle.append(_in_ink(text_block(line, MIDDLE, 12, Align.CENTRE, Tag("P", lang=AMAZIGH))))
    return beside(arabic, stack(middle), french)


def _in_ink(block: Block) -> Block:
    """A block after decoration, which leaves its own colours behind."""

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(INK)
        block.draw(sheet, top)

    return Block(block.height, draw, block.baseline)


def _column(
    lines: Sequence[str], direction: Direction, sizes_pt: tuple[float, float, float], middle: float
) -> Block:
    tag = Tag("P", lang=FRENCH if direction is Direction.LTR else None)
    blocks = []
    for text, size_pt in zip(lines, sizes_pt, strict=True):
        spans = (Span(text, bold=size_pt == sizes_pt[0]),)
        leading = size_pt * (1.5 if direction is Direction.RTL else 1.3)
        setting = set_text(spans, direction, size_pt, _COLUMN)
        blocks.append(text_block(setting, middle, leading, Align.CENTRE, tag))
    return stack(blocks)


def _references(wording: Wording, values: Mapping[str, str]) -> Block:
    """Date on the side where reading begins, number on the other."""
    date_label = set_text(wording.labels.date + wording.label_end, Direction.RTL, _FIELD_PT)
    date_right = RIGHT - date_label.width_of(date_label.lines[0])
    number_label = set_text(wording.labels.number + wording.label_end, Direction.RTL, _FIELD_PT)
    number_left = LEFT + _NUMBER_WIDTH
    date_fr = value_block("issued_on_fr", values["issued_on_fr"], FRENCH_DATE, RIGHT, 120)
    return beside(
        tagged(
            beside(
                text_block(date_label, RIGHT, _FIELD_LEADING),
                value_block("issued_on", values["issued_on"], DATE, date_right, 160),
            ),
            Tag("P"),
        ),
        tagged(inked(GREY, stack([space(_FIELD_LEADING), date_fr])), Tag("P", lang=FRENCH)),
        tagged(
            beside(
                text_block(number_label, number_left, _FIELD_LEADING, Align.LEFT),
                value_block("number", values["number"], NUMBER, number_left, _NUMBER_WIDTH),
            ),
            Tag("P"),
        ),
    )


def _title(content: CertificateContent, wording: Wording) -> Block:
    title = set_text((Span(wording.title, bold=True),), Direction.RTL, 33)
    french = set_text(wording.french.title, Direction.LTR, 10)
    blocks = [
        inked(GREEN, text_block(title, MIDDLE, 44, Align.CENTRE, Tag("H1"))),
        stack(
            [
                space(46),
                inked(GREY, text_block(french, MIDDLE, 13, Align.CENTRE, Tag("P", lang=FRENCH))),
            ]
        ),
    ]
    marks = [
        (arabic, latin)
        for wanted, arabic, latin in (
            (content.duplicate, wording.marks.duplicate, wording.french.marks.duplicate),
            (content.corrected, wording.marks.corrected, wording.french.marks.corrected),
        )
        if wanted
    ]
    blocks += [
        stack([space(8 + index * (_MARK_HEIGHT + 4)), mark_block(arabic, latin, LEFT)])
        for index, (arabic, latin) in enumerate(marks)
    ]
    return Block(60, beside(*blocks).draw)


def mark_block(arabic: str, latin: str, left: float) -> Block:
    """A framed word, in French too, as a stamp would stand."""
    word = set_text((Span(arabic, bold=True),), Direction.RTL, 12)
    french = set_text(latin, Direction.LTR, 9)
    french_width = french.width_of(french.lines[0])
    width = word.width_of(word.lines[0]) + french_width + 26

    def draw_frame(sheet: Sheet, top: float) -> None:
        sheet.setStrokeColor(GOLD)
        sheet.setLineWidth(1)
        sheet.roundRect(left, top - _MARK_HEIGHT, width, _MARK_HEIGHT, 3)

    return beside(
        decoration(draw_frame, _MARK_HEIGHT),
        text_block(word, left + width - 9, _MARK_HEIGHT, tag=Tag("P")),
        text_block(french, left + 9, _MARK_HEIGHT, tag=Tag("P", lang=FRENCH)),
    )
