"""The certificate's page: one A4 sheet, composed from its content and its wording."""

from datetime import UTC, datetime, time

from reportlab.lib.pagesizes import A4

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, spread, text_block
from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import set_text
from services.certificates.adapters.pdf.body import body_blocks
from services.certificates.adapters.pdf.foot import foot_block
from services.certificates.adapters.pdf.head import head_block
from services.certificates.adapters.pdf.ornament import GOLD, INK, draw_frame, draw_watermark
from services.certificates.adapters.pdf.wording import Wording
from services.certificates.domain.printed import CertificateContent

_TOP = A4[1] - 44.0
_BOTTOM = 40.0
_SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
_WIDEST_GAP = 10.0
_PREVIEW_SLOPE = 52.0
_PREVIEW_ALPHA = 0.45


def render_certificate(content: CertificateContent, wording: Wording, *, preview: bool = False) -> bytes:
    """Set a certificate.

    Args:
        content: What changes from one certificate to the next.
        wording: What was in force on its date of issue.
        preview: Marks the page, across all of it, as one without force.

    Returns:
        A PDF of one page, the same bytes for the same arguments; its only date is the date of issue.

    Raises:
        UnprintableTextError: A value holds a character that no font draws or that has no visible form.
        TextTooLongError: The values don't fit the page at the smallest size.
        FontMissingError: The fonts were never fetched.
    """
    sheet = Sheet(
        title=wording.document_title.format(number=content.number),
        author=wording.ministry,
        language=wording.language,
        made_at=datetime.combine(content.issued_on, time(), UTC),
    )
    head = head_block(content, wording)
    foot = foot_block(content, wording)
    body = _fit_body(content, wording, _TOP - _BOTTOM - head.height - foot.height)
    draw_watermark(sheet, A4[0] / 2, _TOP - head.height - body.height / 2, 165.0)
    draw_frame(sheet)
    sheet.setFillColor(INK)
    head.draw(sheet, _TOP)
    body.draw(sheet, _TOP - head.height)
    foot.draw(sheet, _BOTTOM + foot.height)
    if preview:
        _draw_preview(sheet, wording)
    return sheet.finish()


def _draw_preview(sheet: Sheet, wording: Wording) -> None:
    """The word for a preview, from corner to corner."""
    sheet.saveState()
    sheet.translate(A4[0] / 2, A4[1] / 2)
    sheet.rotate(_PREVIEW_SLOPE)
    sheet.setFillColor(GOLD)
    sheet.setFillAlpha(_PREVIEW_ALPHA)
    arabic = set_text((Span(wording.marks.preview, bold=True),), Direction.RTL, 110)
    french = set_text((Span(wording.french.marks.preview, bold=True),), Direction.LTR, 34)
    text_block(arabic, 0, 130, Align.CENTRE).draw(sheet, 110)
    text_block(french, 0, 44, Align.CENTRE).draw(sheet, -30)
    sheet.restoreState()


def _fit_body(content: CertificateContent, wording: Wording, height: float) -> Block:
    """The body at the largest scale that leaves it on the page."""
    for scale in _SCALES[:-1]:
        try:
            return spread(body_blocks(content, wording, scale), height, _WIDEST_GAP)
        except TextTooLongError:
            continue
    return spread(body_blocks(content, wording, _SCALES[-1]), height, _WIDEST_GAP)
