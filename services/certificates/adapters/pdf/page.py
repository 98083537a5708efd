"""The certificate's page: one A4 sheet, composed from its content and its wording."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from reportlab.lib.pagesizes import A4

from libs.ui.typeset.archive import Evidence, Facts, SignatureField
from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, spread, text_block
from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import set_text
from services.certificates.adapters.pdf import slot
from services.certificates.adapters.pdf.body import body_blocks
from services.certificates.adapters.pdf.card import CARD_SIZE, draw_card
from services.certificates.adapters.pdf.foot import foot_block
from services.certificates.adapters.pdf.head import head_block
from services.certificates.adapters.pdf.looks import FRENCH
from services.certificates.adapters.pdf.ornament import INK, WASH, draw_frame, draw_watermark
from services.certificates.adapters.pdf.values import page_values
from services.certificates.adapters.pdf.wording import Wording
from services.certificates.domain.printed import CertificateContent, DocumentKind

_TOP = A4[1] - 44.0
_BOTTOM = 38.0
_SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
_WIDEST_GAP = 10.0
_PREVIEW_SLOPE_DEG = 52.0


def render_certificate(
    content: CertificateContent,
    wording: Wording,
    *,
    preview: bool = False,
    evidence: Evidence | None = None,
) -> bytes:
    """Set a certificate or a card.

    Args:
        content: What changes from one certificate to the next.
        wording: What was in force on its date of issue.
        preview: Marks the page, across all of it, as one without force, and leaves no room to sign it.
        evidence: What proves the seal's certificate, where it is known.

    Returns:
        A PDF/A-2a and PDF/UA-1 file, the same bytes for the same arguments; its only date is the date of
        issue. Its one signature has an empty slot, except in a preview.

    Raises:
        UnprintableTextError: A value holds a character that no font draws or that has no visible form.
        TextTooLongError: The values don't fit the page at the smallest size.
        FontMissingError: The fonts were never fetched.
    """
    sheet = new_sheet(content, wording)
    compose(sheet, content, wording, preview=preview)
    if preview:
        return sheet.finish()
    sheet.sign_here(signature_field(wording), evidence)
    return slot.close(sheet.finish())


def new_sheet(content: CertificateContent, wording: Wording, *, holes: bool = False) -> Sheet:
    """The empty sheet of a document; with `holes`, one whose values are left out."""
    facts = document_facts(content, wording)
    return Sheet(
        title=facts.title,
        author=facts.author,
        language=facts.language,
        made_at=facts.made_at,
        size=CARD_SIZE if content.kind is DocumentKind.CARD else A4,
        tagged=True,
        holes=holes,
    )


def document_facts(content: CertificateContent, wording: Wording) -> Facts:
    """What a document says of itself; its only date is the date of issue."""
    card = content.kind is DocumentKind.CARD
    title = wording.card.document_title if card else wording.document_title
    return Facts(
        title=title.format(number=content.number),
        author=wording.ministry,
        language=wording.language,
        made_at=datetime.combine(content.issued_on, time(), UTC),
    )


def compose(sheet: Sheet, content: CertificateContent, wording: Wording, *, preview: bool = False) -> None:
    """Draw all pages of a document.

    Raises:
        UnprintableTextError: A value can't be printed.
        TextTooLongError: The values don't fit.
        ValueUnfrozenError: The sheet leaves values out, and one doesn't fit its slot.
    """
    values = page_values(content, wording)
    if content.kind is DocumentKind.CARD:
        draw_card(sheet, content, wording, values, preview=preview)
    else:
        _draw_certificate(sheet, content, wording, values, preview=preview)


def signature_field(wording: Wording) -> SignatureField:
    """The place for the ministry's seal."""
    return SignatureField(wording.alternatives.signature, slot.BYTE_RANGE, slot.EMPTY_CONTENTS)


def _draw_certificate(
    sheet: Sheet, content: CertificateContent, wording: Wording, values: Mapping[str, str], *, preview: bool
) -> None:
    head = head_block(content, wording, values)
    foot = foot_block(content, wording, values)
    body = _fit_body(content, wording, values, _TOP - _BOTTOM - head.height - foot.height)
    with sheet.artifact():
        draw_watermark(sheet, A4[0] / 2, _TOP - head.height - body.height / 2, 165.0)
        draw_frame(sheet)
    if preview:
        _draw_preview(sheet, wording)
    sheet.setFillColor(INK)
    head.draw(sheet, _TOP)
    body.draw(sheet, _TOP - head.height)
    foot.draw(sheet, _BOTTOM + foot.height)


def _draw_preview(sheet: Sheet, wording: Wording) -> None:
    """The word for a preview, from corner to corner, under everything else and read first."""
    sheet.saveState()
    sheet.translate(A4[0] / 2, A4[1] / 2)
    sheet.rotate(_PREVIEW_SLOPE_DEG)
    sheet.setFillColor(WASH)
    arabic = set_text((Span(wording.marks.preview, bold=True),), Direction.RTL, 120)
    french = set_text((Span(wording.french.marks.preview, bold=True),), Direction.LTR, 40)
    text_block(arabic, 0, 130, Align.CENTRE, Tag("P")).draw(sheet, 110)
    text_block(french, 0, 44, Align.CENTRE, Tag("P", lang=FRENCH)).draw(sheet, -30)
    sheet.restoreState()


def _fit_body(
    content: CertificateContent, wording: Wording, values: Mapping[str, str], height: float
) -> Block:
    """The body at the largest scale that leaves it on the page."""
    for scale in _SCALES[:-1]:
        try:
            return spread(body_blocks(content, wording, values, scale), height, _WIDEST_GAP)
        except TextTooLongError:
            continue
    return spread(body_blocks(content, wording, values, _SCALES[-1]), height, _WIDEST_GAP)
