"""The card's two faces, in ID-1 format and marked as a specimen: no model of the real one is published."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from reportlab.lib.units import mm

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, ValueStyle, beside, space, stack, tagged, text_block, value_block
from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.faces import Family
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align, Style
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import fit_text, set_text
from services.certificates.adapters.pdf.foot import qr_block
from services.certificates.adapters.pdf.looks import FRENCH, LEAST_ARABIC_PT, decoration, inked
from services.certificates.adapters.pdf.ornament import (
    GREEN,
    GREY,
    INK,
    PALE_WASH,
    RULE,
    WHITE,
    draw_star,
)
from services.certificates.adapters.pdf.table import Columns, Row, row_block
from services.certificates.adapters.pdf.wording import Wording, fill
from services.certificates.domain.printed import CertificateContent

# ISO/IEC 7810, ID-1.
CARD_SIZE = (85.6 * mm, 53.98 * mm)
_LEFT, _RIGHT, _TOP = 9.0, CARD_SIZE[0] - 9.0, CARD_SIZE[1]
_MIDDLE = CARD_SIZE[0] / 2
_BAND = 27.0
# At most 65 modules and the quiet zone: 0.44 mm a module.
_QR_SIDE = 92.0
_FRENCH_PT = 6.5
_FRENCH_LEADING = 7.6
_ARABIC_LEADING = 11.4
_COLUMNS = Columns(
    left=_LEFT,
    right=_RIGHT,
    label_width=50.0,
    value_width=98.0,
    french_width=76.0,
    label_pt=LEAST_ARABIC_PT,
    french_label_pt=_FRENCH_PT,
    french_label_leading=_FRENCH_LEADING,
    top=0.6,
    bottom=0.4,
)
_SLOPE_DEG = 28.0
# Below this nothing may stand: the line around the face.
_EDGE = 3.5

_ARABIC = Style(Direction.RTL, Direction.RTL, bold=True)
_LATIN = Style(Direction.LTR, Direction.LTR)
_NAME = ValueStyle(_ARABIC, (11.0, 9.5, 8.0), 1.35)
_TIGHT_NAME = ValueStyle(_ARABIC, (8.0,), 1.3, lines=3)
_VALUE = ValueStyle(_ARABIC, (9.0, 8.0), 1.25)
_SYMBOLS = ValueStyle(Style(Direction.RTL, Direction.LTR, bold=True), (9.0, 8.0), 1.25)
_TIGHT_LATIN = ValueStyle(_LATIN, (6.5,), 1.08, lines=5)
_LATIN_VALUE = ValueStyle(_LATIN, (7.4, 6.5), 1.08)
_CODE = ValueStyle(
    Style(Direction.RTL, Direction.LTR, bold=True, family=Family.CODE), (8.6, 8.0), 1.5, lines=1
)


def draw_card(
    sheet: Sheet,
    content: CertificateContent,
    wording: Wording,
    values: Mapping[str, str],
    *,
    preview: bool = False,
) -> None:
    """Draw the front, then the back on a page of its own.

    The face names no disability: what is shown in person says only that its holder has the right, and
    whether a companion shares it. A preview says across both faces that it has no force; any other card, that
    it is a specimen.

    Raises:
        TextTooLongError: A value doesn't fit its place.
        UnprintableTextError: A value can't be printed.
    """
    _background(sheet, wording, preview=preview)
    _front(content, wording, values).draw(sheet, _TOP)
    sheet.showPage()
    _background(sheet, wording, preview=preview)
    _back(content, wording, values).draw(sheet, _TOP)


def _background(sheet: Sheet, wording: Wording, *, preview: bool) -> None:
    """The edge, and across the face the word that says what it is."""
    word = wording.marks.preview if preview else wording.card.specimen
    french_word = wording.french.marks.preview if preview else wording.french.card.specimen
    with sheet.artifact():
        sheet.setStrokeColor(GREEN)
        sheet.setLineWidth(0.8)
        sheet.roundRect(3, 3, CARD_SIZE[0] - 6, CARD_SIZE[1] - 6, 7)
    sheet.saveState()
    sheet.translate(_MIDDLE, CARD_SIZE[1] / 2)
    sheet.rotate(_SLOPE_DEG)
    sheet.setFillColor(PALE_WASH)
    arabic = set_text((Span(word, bold=True),), Direction.RTL, 40)
    french = fit_text((Span(french_word, bold=True),), Direction.LTR, (30, 24, 18, 15, 13), 140, 1)
    text_block(arabic, 56, 40, Align.CENTRE, Tag("P")).draw(sheet, 16)
    text_block(french, -54, french.size_pt * 1.33, Align.CENTRE, Tag("P", lang=FRENCH)).draw(sheet, 18)
    sheet.restoreState()
    sheet.setFillColor(INK)


def _front(content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> Block:
    """The face; names of many lines take the room of the lines that other places say too.

    Raises:
        TextTooLongError: A name is longer than even that.
    """
    try:
        front = _face(content, wording, values, tight=False)
        if front.height <= CARD_SIZE[1] - _EDGE:
            return front
    except TextTooLongError:
        pass
    front = _face(content, wording, values, tight=True)
    if front.height > CARD_SIZE[1] - _EDGE:
        raise TextTooLongError("the card's face is too small for a name")

    def draw(sheet: Sheet, top: float) -> None:
        sheet.refuse_frozen("name")
        front.draw(sheet, top)

    return Block(front.height, draw)


def _face(content: CertificateContent, wording: Wording, values: Mapping[str, str], *, tight: bool) -> Block:
    rows = [row_block(row, values, _COLUMNS) for row in _rows(content, wording, tight=tight)]
    companion = any(line.companion for line in content.disabilities)
    return stack(
        [
            *_band(wording, tight=tight),
            space(1),
            *_title(wording, tight=tight),
            tagged(stack(rows), Tag("Table")),
            _companion(content, wording) if companion else space(0),
        ]
    )


def _band(wording: Wording, *, tight: bool) -> list[Block]:
    def draw_band(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(GREEN)
        sheet.roundRect(3, top - _BAND, CARD_SIZE[0] - 6, _BAND - 3, 7, stroke=0, fill=1)
        sheet.rect(3, top - _BAND, CARD_SIZE[0] - 6, 9, stroke=0, fill=1)
        sheet.setFillColor(WHITE)
        sheet.circle(_MIDDLE, top - 15, 10.5, stroke=0, fill=1)
        draw_star(sheet, _MIDDLE, top - 15, 9)

    head = wording.letterhead
    kingdom = set_text((Span(head.arabic[0], bold=True),), Direction.RTL, 9)
    ministry = set_text(head.arabic[1], Direction.RTL, LEAST_ARABIC_PT)
    latin = set_text(head.french[0], Direction.LTR, 7.5)
    words = beside(
        text_block(kingdom, _RIGHT, 22, tag=Tag("P")),
        text_block(latin, _LEFT, 22, tag=Tag("P", lang=FRENCH)),
    )
    band = Block(_BAND, beside(decoration(draw_band), inked(WHITE, stack([space(3), words]))).draw)
    return [band] if tight else [band, text_block(ministry, _MIDDLE, 10.5, Align.CENTRE, Tag("P"))]


def _title(wording: Wording, *, tight: bool) -> list[Block]:
    title = set_text((Span(wording.card.title, bold=True),), Direction.RTL, 12)
    french = set_text(wording.french.card.title, Direction.LTR, _FRENCH_PT)
    heading = inked(GREEN, text_block(title, _MIDDLE, 15, Align.CENTRE, Tag("H1")))
    below = inked(GREY, text_block(french, _MIDDLE, 8, Align.CENTRE, Tag("P", lang=FRENCH)))
    return [heading] if tight else [heading, below]


def _rows(content: CertificateContent, wording: Wording, *, tight: bool) -> list[Row]:
    labels, french = wording.card.labels, wording.french.card.labels
    latin_style = _TIGHT_LATIN if tight else _LATIN_VALUE
    latin = (("latin_name", latin_style, FRENCH),) if content.holder.latin_name else ()
    born = (("birth_date_fr", _LATIN_VALUE, FRENCH),)
    until = (("valid_until_fr", _LATIN_VALUE, FRENCH),)
    return [
        Row(labels.name, ("name",), _TIGHT_NAME if tight else _NAME, french.name, latin),
        Row(labels.birth_date, ("birth_date",), _VALUE, french.birth_date, born),
        Row(labels.number, ("number",), _SYMBOLS, french.number),
        Row(labels.valid_until, ("valid_until",), _VALUE, french.valid_until, until),
    ]


def _companion(content: CertificateContent, wording: Wording) -> Block:
    """That a companion shares the right (law 07.92, article 23)."""
    arabic = set_text((Span(wording.companion[content.holder.sex], bold=True),), Direction.RTL, 8.5)
    french = set_text(wording.french.companion, Direction.LTR, 7)
    return inked(
        GREEN,
        beside(
            text_block(arabic, _RIGHT, 10.5, tag=Tag("P")),
            text_block(french, _LEFT, 10.5, tag=Tag("P", lang=FRENCH)),
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
        space(2),
        inked(GREY, text_block(label, _RIGHT, 10, tag=Tag("P"))),
        tagged(code, Tag("P")),
        _arabic(fill(card.verification, verify_url=link), width),
    ]

    def draw_rule(sheet: Sheet, top: float) -> None:
        sheet.setStrokeColor(RULE)
        sheet.setLineWidth(0.5)
        sheet.line(_LEFT, top, _RIGHT, top)

    return stack(
        [
            space(7),
            beside(stack(words), qr_block(content, wording.alternatives.qr, _LEFT, _QR_SIDE)),
            space(2),
            decoration(draw_rule),
            space(1),
            _french((f"{french.decree}. {french.priority}", french.renewal)),
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
