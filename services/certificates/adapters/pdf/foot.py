"""The bottom of the page: how to verify the certificate, and where its request was lodged."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside, space, stack, tagged, text_block, value_block
from libs.ui.typeset.qr import draw_qr
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align, PictureSlot
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import set_text
from services.certificates.adapters.pdf.looks import (
    CENTRE,
    CODE,
    FRENCH,
    FRENCH_LEADING,
    FRENCH_TEXT_PT,
    LEFT,
    RIGHT,
    WIDTH,
    decoration,
    inked,
)
from services.certificates.adapters.pdf.ornament import GREY, INK, PALE, RULE, WHITE
from services.certificates.adapters.pdf.wording import Wording, fill
from services.certificates.domain.printed import CertificateContent

_PADDING = 9.0
# At most 65 modules and a quiet zone of 4 on each side: half a millimetre a module.
_QR_SIDE = 106.0
_PANEL = _QR_SIDE + 2 * _PADDING + 18
_FIELD_PT = 12.0


def foot_block(content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> Block:
    """The note on the translation, the panel and the centre."""
    return stack(
        [
            _notice(wording),
            space(3),
            _panel(content, wording, values),
            space(4),
            _centre(wording, values),
        ]
    )


def qr_block(content: CertificateContent, alt: str, left: float, side: float) -> Block:
    """The QR code with its quiet zone on white."""

    def draw(sheet: Sheet, top: float) -> None:
        bottom = top - side
        with sheet.artifact():
            sheet.setFillColor(WHITE)
            sheet.rect(left, bottom, side, side, stroke=0, fill=1)
            sheet.setFillColor(INK)
        slot = PictureSlot("qr", left, bottom, side)
        with sheet.tagged(Tag("Figure", alt=alt, box=(left, bottom, left + side, top))):
            sheet.draw_picture(slot, lambda: draw_qr(sheet, content.qr_url, left, bottom, side))

    return Block(side, draw)


def _notice(wording: Wording) -> Block:
    """Says, in both languages, that no one has reviewed the French."""
    french = wording.french
    if french.reviewed:
        return space(0)
    arabic = set_text(french.notice_arabic, Direction.RTL, 8.5)
    latin = set_text((Span(french.notice, bold=True),), Direction.LTR, FRENCH_TEXT_PT)
    lowered = stack([space(10.5), text_block(latin, LEFT, FRENCH_LEADING, tag=Tag("P", lang=FRENCH))])
    return inked(GREY, beside(text_block(arabic, RIGHT, 12, tag=Tag("P")), lowered))


def _panel(content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> Block:
    def draw_panel(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(PALE)
        sheet.setStrokeColor(RULE)
        sheet.setLineWidth(0.7)
        sheet.roundRect(LEFT, top - _PANEL, WIDTH, _PANEL, 5, stroke=1, fill=1)
        sheet.setFillColor(INK)

    left = LEFT + _PADDING
    middle = left + _QR_SIDE / 2
    caption = set_text(wording.qr_caption, Direction.RTL, 9.5)
    french_caption = set_text(wording.french.qr_caption, Direction.LTR, 7)
    pictured = stack(
        [
            space(_PADDING),
            qr_block(content, wording.alternatives.qr, left, _QR_SIDE),
            text_block(caption, middle, 13, Align.CENTRE, Tag("P")),
            text_block(french_caption, middle, 9, Align.CENTRE, Tag("P", lang=FRENCH)),
        ]
    )
    parts = beside(decoration(draw_panel), _instructions(content, wording, values), pictured)
    return Block(_PANEL, parts.draw)


def _instructions(content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> Block:
    width = WIDTH - _QR_SIDE - 3 * _PADDING
    left = LEFT + 2 * _PADDING + _QR_SIDE
    right = RIGHT - _PADDING
    address = urlsplit(content.verify_url)
    shown = address.netloc + address.path
    sentence = fill(wording.verification, verify_url=Span(shown, bold=True, isolate=Direction.LTR))
    french = wording.french.verification.format(verify_url=shown)
    label = set_text(wording.labels.code + wording.label_end.rstrip(), Direction.RTL, _FIELD_PT)
    small = set_text(french, Direction.LTR, FRENCH_TEXT_PT, width)
    code = value_block("code", values["code"], CODE, left + width / 2, width, Align.CENTRE)
    return stack(
        [
            space(9),
            text_block(set_text(sentence, Direction.RTL, _FIELD_PT, width), right, 19, tag=Tag("P")),
            inked(GREY, text_block(small, left, FRENCH_LEADING, tag=Tag("P", lang=FRENCH))),
            space(7),
            text_block(label, right, 17, tag=Tag("P")),
            tagged(code, Tag("P")),
        ]
    )


def _centre(wording: Wording, values: Mapping[str, str]) -> Block:
    """The ministry's address, and where the request was lodged."""
    size_pt = CENTRE.sizes_pt[0]
    leading = size_pt * CENTRE.leading
    label = set_text(wording.labels.centre + wording.label_end, Direction.RTL, size_pt)
    right = RIGHT - label.width_of(label.lines[0])
    address = set_text(wording.address, Direction.RTL, size_pt)
    address_width = address.width_of(address.lines[0])
    centre = value_block("centre", values["centre"], CENTRE, right, right - LEFT - address_width - 12)
    return beside(
        tagged(beside(text_block(label, RIGHT, leading), centre), Tag("P")),
        text_block(address, LEFT, leading, Align.LEFT, Tag("P")),
    )
