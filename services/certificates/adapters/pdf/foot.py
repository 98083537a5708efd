"""The bottom of the page: how to verify the certificate, and its French translation."""

from urllib.parse import urlsplit

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside, space, stack, text_block
from libs.ui.typeset.faces import Family
from libs.ui.typeset.qr import draw_qr
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import fit_text, set_text
from services.certificates.adapters.pdf.head import LEFT, MIDDLE, RIGHT
from services.certificates.adapters.pdf.ornament import GREY, INK, PALE, RULE, WHITE
from services.certificates.adapters.pdf.wording import Wording, fill
from services.certificates.domain.printed import CertificateContent

_WIDTH = RIGHT - LEFT
_PADDING = 9.0
_QR_SIDE = 104.0
_PANEL = _QR_SIDE + 2 * _PADDING + 18
_FRENCH_PT = (7.6, 7.2, 6.8, 6.4)


def foot_block(content: CertificateContent, wording: Wording) -> Block:
    """The panel, the translation and the centre."""
    return stack(
        [_panel(content, wording), space(8), _french(content, wording), space(5), _centre(content, wording)]
    )


def _panel(content: CertificateContent, wording: Wording) -> Block:
    width = _WIDTH - _QR_SIDE - 3 * _PADDING
    address = urlsplit(content.verify_url)
    sentence = fill(
        wording.verification,
        verify_url=Span(address.netloc + address.path, bold=True, isolate=Direction.LTR),
    )
    code = Span(content.verification_code, bold=True, family=Family.CODE, isolate=Direction.LTR)
    words = stack(
        [
            space(10),
            text_block(set_text(sentence, Direction.RTL, 12, width), RIGHT - _PADDING, 20),
            space(10),
            text_block(
                set_text(wording.labels.code + wording.label_end.rstrip(), Direction.RTL, 12),
                RIGHT - _PADDING,
                18,
            ),
            text_block(
                fit_text((code,), Direction.RTL, (17, 15, 13, 11), width, 1),
                LEFT + 2 * _PADDING + _QR_SIDE + width / 2,
                26,
                Align.CENTRE,
            ),
        ]
    )

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(PALE)
        sheet.setStrokeColor(RULE)
        sheet.setLineWidth(0.7)
        sheet.roundRect(LEFT, top - _PANEL, _WIDTH, _PANEL, 5, stroke=1, fill=1)
        sheet.setFillColor(INK)
        words.draw(sheet, top)
        _draw_qr(sheet, top - _PADDING, content, wording)

    return Block(_PANEL, draw)


def _draw_qr(sheet: Sheet, top: float, content: CertificateContent, wording: Wording) -> None:
    left = LEFT + _PADDING
    sheet.setFillColor(WHITE)
    sheet.rect(left, top - _QR_SIDE, _QR_SIDE, _QR_SIDE, stroke=0, fill=1)
    sheet.setFillColor(INK)
    draw_qr(sheet, content.qr_url, left, top - _QR_SIDE, _QR_SIDE)
    middle = left + _QR_SIDE / 2
    below = stack(
        [
            text_block(set_text(wording.qr_caption, Direction.RTL, 9.5), middle, 13, Align.CENTRE),
            text_block(set_text(wording.french.qr_caption, Direction.LTR, 7), middle, 9, Align.CENTRE),
        ]
    )
    below.draw(sheet, top - _QR_SIDE)


def _french(content: CertificateContent, wording: Wording) -> Block:
    """The translation, small and marked as unreviewed."""
    french = wording.french
    notice = (Span(french.notice, bold=True),)
    heading = beside(
        text_block(set_text(wording.french.notice_arabic, Direction.RTL, 8.5), RIGHT, 12),
        text_block(set_text(notice, Direction.LTR, 7.2), LEFT, 12),
    )
    setting = fit_text(_sentences(content, wording), Direction.LTR, _FRENCH_PT, _WIDTH, 7)
    text = text_block(setting, LEFT, setting.size_pt * 1.32)
    grey = Block(0, lambda sheet, _: sheet.setFillColor(GREY))
    return stack([grey, heading, text])


def _sentences(content: CertificateContent, wording: Wording) -> tuple[Span, ...]:
    french, holder = wording.french, content.holder
    name = Span(holder.latin_name) if holder.latin_name else Span(holder.arabic_name, isolate=Direction.RTL)
    spans = [Span(french.basis.format(ministry=french.ministry) + " ")]
    spans += fill(
        french.statement,
        ministry=french.ministry,
        civility=french.civility[holder.sex],
        name=name,
        born=french.born[holder.sex],
        date=french.birth(holder.birth_date, holder.birth_precision),
        place=Span(holder.birth_place, isolate=Direction.RTL),
        identifier_kind=french.identifiers[holder.identifier_kind],
        identifier=holder.identifier,
        disabilities=french.between_lines.join(french.line(line) for line in content.disabilities),
    )
    if content.valid_until:
        spans.append(Span(" " + french.until(content.valid_until)))
    spans.append(Span(" " + french.purpose[holder.sex]))
    return tuple(spans)


def _centre(content: CertificateContent, wording: Wording) -> Block:
    """Where the request was lodged."""
    spans = (
        Span(wording.labels.address),
        Span(" — "),
        Span(wording.labels.centre + wording.label_end),
        Span(wording.labels.centre_name.format(place=content.centre), isolate=Direction.RTL),
    )
    return text_block(fit_text(spans, Direction.RTL, (9.0, 8.0, 7.0), _WIDTH, 2), MIDDLE, 12, Align.CENTRE)
