"""The card's two faces, in ID-1 format and marked as a specimen: no model of the real one is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from reportlab.lib.units import mm

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, ValueStyle, beside, space, stack, tagged, text_block, value_block
from libs.ui.typeset.faces import Family
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align, Style
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import set_text
from services.certificates.adapters.pdf.foot import qr_block
from services.certificates.adapters.pdf.looks import FRENCH, LEAST_ARABIC_PT, decoration, inked
from services.certificates.adapters.pdf.ornament import (
    GREEN,
    GREY,
    INK,
    RULE,
    WASH,
    WHITE,
    draw_star,
)
from services.certificates.adapters.pdf.wording import Wording, fill
from services.certificates.domain.printed import CertificateContent

# ISO/IEC 7810, ID-1.
CARD_SIZE = (85.6 * mm, 53.98 * mm)
_LEFT, _RIGHT, _TOP = 9.0, CARD_SIZE[0] - 9.0, CARD_SIZE[1]
_MIDDLE = CARD_SIZE[0] / 2
_BAND = 27.0
# At most 65 modules and the quiet zone: 0.46 mm a module.
_QR_SIDE = 96.0
_FRENCH_PT = 6.5
_FRENCH_LEADING = 7.6
_ARABIC_LEADING = 11.6
_LABEL_WIDTH = 52.0
_VALUE_WIDTH = 92.0
_FRENCH_WIDTH = 74.0
_SLOPE_DEG = 28.0

_ARABIC = Style(Direction.RTL, Direction.RTL, bold=True)
_LATIN = Style(Direction.LTR, Direction.LTR)
_NAME = ValueStyle(_ARABIC, (11.0, 9.5, 8.0), 1.35)
_VALUE = ValueStyle(_ARABIC, (9.0, 8.0), 1.35)
_SYMBOLS = ValueStyle(Style(Direction.RTL, Direction.LTR, bold=True), (9.0, 8.0), 1.35)
_LATIN_VALUE = ValueStyle(_LATIN, (7.4, 6.5), 1.1)
_CODE = ValueStyle(
    Style(Direction.RTL, Direction.LTR, bold=True, family=Family.CODE), (8.6, 8.0), 1.5, lines=1
)


@dataclass(frozen=True, slots=True)
class _Field:
    """A row of the front; `french` names the slot of its French form, empty for none."""

    label: str
    french_label: str
    name: str
    style: ValueStyle
    french: str = ""


def draw_card(sheet: Sheet, content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> None:
    """Draw the front, then the back on a page of its own.

    The face names no disability: what is shown in person says only that its holder has the right, and
    whether a companion shares it.

    Raises:
        TextTooLongError: A value doesn't fit its place.
        UnprintableTextError: A value can't be printed.
    """
    _background(sheet, wording)
    _front(content, wording, values).draw(sheet, _TOP)
    sheet.showPage()
    _background(sheet, wording)
    _back(content, wording, values).draw(sheet, _TOP)


def _background(sheet: Sheet, wording: Wording) -> None:
    """The edge, and across the face the word that says what it is."""
    with sheet.artifact():
        sheet.setStrokeColor(GREEN)
        sheet.setLineWidth(0.8)
        sheet.roundRect(3, 3, CARD_SIZE[0] - 6, CARD_SIZE[1] - 6, 7)
    sheet.saveState()
    sheet.translate(_MIDDLE, CARD_SIZE[1] / 2)
    sheet.rotate(_SLOPE_DEG)
    sheet.setFillColor(WASH)
    arabic = set_text((Span(wording.card.specimen, bold=True),), Direction.RTL, 40)
    french = set_text((Span(wording.french.card.specimen, bold=True),), Direction.LTR, 30)
    text_block(arabic, 54, 40, Align.CENTRE, Tag("P")).draw(sheet, 16)
    text_block(french, -50, 40, Align.CENTRE, Tag("P", lang=FRENCH)).draw(sheet, 18)
    sheet.restoreState()
    sheet.setFillColor(INK)


def _front(content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> Block:
    rows = [_row(field, values) for field in _fields(content, wording)]
    companion = any(line.companion for line in content.disabilities)
    return stack(
        [
            _band(wording),
            space(2),
            _title(wording),
            tagged(stack(rows), Tag("Table")),
            _companion(content, wording) if companion else space(0),
        ]
    )


def _band(wording: Wording) -> Block:
    def draw_band(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(GREEN)
        sheet.roundRect(3, top - _BAND, CARD_SIZE[0] - 6, _BAND - 3, 7, stroke=0, fill=1)
        sheet.rect(3, top - _BAND, CARD_SIZE[0] - 6, 9, stroke=0, fill=1)
        sheet.setFillColor(WHITE)
        sheet.circle(_MIDDLE, top - 15, 10.5, stroke=0, fill=1)
        draw_star(sheet, _MIDDLE, top - 15, 9)

    head = wording.letterhead
    kingdom = set_text((Span(head.arabic[0], bold=True),), Direction.RTL, 9)
    ministry = set_text(head.arabic[1], Direction.RTL, LEAST_ARABIC_PT, 98)
    latin = set_text(head.french[0], Direction.LTR, 7.5)
    words = beside(
        text_block(kingdom, _RIGHT, 22, tag=Tag("P")),
        text_block(latin, _LEFT, 22, tag=Tag("P", lang=FRENCH)),
    )
    return stack(
        [
            Block(_BAND, beside(decoration(draw_band), inked(WHITE, stack([space(3), words]))).draw),
            text_block(ministry, _MIDDLE, 11, Align.CENTRE, Tag("P")),
        ]
    )


def _title(wording: Wording) -> Block:
    title = set_text((Span(wording.card.title, bold=True),), Direction.RTL, 12)
    french = set_text(wording.french.card.title, Direction.LTR, _FRENCH_PT)
    return stack(
        [
            inked(GREEN, text_block(title, _MIDDLE, 16, Align.CENTRE, Tag("H1"))),
            inked(GREY, text_block(french, _MIDDLE, 8.4, Align.CENTRE, Tag("P", lang=FRENCH))),
        ]
    )


def _fields(content: CertificateContent, wording: Wording) -> list[_Field]:
    labels, french = wording.card.labels, wording.french.card.labels
    latin = "latin_name" if content.holder.latin_name else ""
    return [
        _Field(labels.name, french.name, "name", _NAME, latin),
        _Field(labels.birth_date, french.birth_date, "birth_date", _VALUE, "birth_date_fr"),
        _Field(labels.number, french.number, "number", _SYMBOLS),
        _Field(labels.valid_until, french.valid_until, "valid_until", _VALUE, "valid_until_fr"),
    ]


def _row(field: _Field, values: Mapping[str, str]) -> Block:
    style = field.style
    leading = style.sizes_pt[0] * style.leading
    label = text_block(set_text(field.label, Direction.RTL, LEAST_ARABIC_PT), _RIGHT, leading)
    value = value_block(field.name, values[field.name], style, _RIGHT - _LABEL_WIDTH, _VALUE_WIDTH)
    french_label = set_text(field.french_label, Direction.LTR, _FRENCH_PT)
    head = inked(GREY, text_block(french_label, _LEFT, _FRENCH_LEADING))
    french: list[Block] = []
    if field.french:
        french = [
            value_block(field.french, values[field.french], _LATIN_VALUE, _LEFT, _FRENCH_WIDTH, Align.LEFT)
        ]
    cells = beside(
        tagged(inked(GREY, label), Tag("TH", scope="Row")),
        tagged(value, Tag("TD")),
        tagged(head, Tag("TH", lang=FRENCH, scope="Row")),
        tagged(stack([space(_FRENCH_LEADING), *french]), Tag("TD", lang=FRENCH)),
    )
    return tagged(Block(max(cells.height, 2 * _FRENCH_LEADING) + 1, cells.draw), Tag("TR"))


def _companion(content: CertificateContent, wording: Wording) -> Block:
    """That a companion shares the right (law 07.92, article 23)."""
    arabic = set_text((Span(wording.companion[content.holder.sex], bold=True),), Direction.RTL, 9)
    french = set_text(wording.french.companion, Direction.LTR, 7)
    return inked(
        GREEN,
        beside(
            text_block(arabic, _RIGHT, 13, tag=Tag("P")),
            text_block(french, _LEFT, 13, tag=Tag("P", lang=FRENCH)),
        ),
    )


def _back(content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> Block:
    card, french = wording.card, wording.french.card
    width = _RIGHT - _LEFT - _QR_SIDE - 6
    address = urlsplit(content.verify_url)
    link = Span(address.netloc + address.path, bold=True, isolate=Direction.LTR)
    code = value_block("code", values["code"], _CODE, _RIGHT, width)
    label = set_text(card.labels.code, Direction.RTL, LEAST_ARABIC_PT)
    words = [
        _arabic(card.priority[content.holder.sex], width),
        _arabic(card.renewal, width),
        _arabic(card.decree, width),
        space(3),
        tagged(stack([inked(GREY, text_block(label, _RIGHT, 11)), code]), Tag("P")),
        _arabic(fill(card.verification, verify_url=link), width),
    ]

    def draw_rule(sheet: Sheet, top: float) -> None:
        sheet.setStrokeColor(RULE)
        sheet.setLineWidth(0.5)
        sheet.line(_LEFT, top, _RIGHT, top)

    return stack(
        [
            space(9),
            beside(stack(words), qr_block(content, wording.alternatives.qr, _LEFT, _QR_SIDE)),
            space(3),
            decoration(draw_rule),
            space(1),
            _french((french.priority, french.renewal)),
        ]
    )


def _arabic(content: str | Sequence[Span], width: float) -> Block:
    setting = set_text(content, Direction.RTL, LEAST_ARABIC_PT, width)
    return text_block(setting, _RIGHT, _ARABIC_LEADING, tag=Tag("P"))


def _french(texts: Sequence[str]) -> Block:
    blocks = [
        text_block(
            set_text(text, Direction.LTR, _FRENCH_PT, _RIGHT - _LEFT),
            _LEFT,
            _FRENCH_LEADING,
            tag=Tag("P", lang=FRENCH),
        )
        for text in texts
    ]
    return inked(GREY, stack(blocks))
