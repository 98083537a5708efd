"""The middle of the page: on what the certificate rests, what it states, and why it was given."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, space, stack, tagged, text_block
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import set_text
from services.certificates.adapters.pdf.looks import (
    FRENCH,
    FRENCH_LEADING,
    FRENCH_TEXT_PT,
    LEAST_ARABIC_PT,
    LEFT,
    RIGHT,
    WIDTH,
    inked,
    scaled,
)
from services.certificates.adapters.pdf.ornament import GREY
from services.certificates.adapters.pdf.rows import rows_of
from services.certificates.adapters.pdf.table import Columns, row_block
from services.certificates.adapters.pdf.wording import Wording, fill
from services.certificates.domain.printed import CertificateContent

_TEXT_PT = 12.5
_LEADING = 1.56
_LABEL_WIDTH = 110.0
_VALUE_WIDTH = 178.0
_GAP = 4.0
_NOTE_PT = 10.0


def body_blocks(
    content: CertificateContent, wording: Wording, values: Mapping[str, str], scale: float
) -> list[Block]:
    """The body's blocks at a scale, from top to bottom."""
    french, sex = wording.french, content.holder.sex
    statement = (Span(wording.statement.format(ministry=wording.ministry), bold=True),)
    portal = fill(wording.portal, portal=Span(urlsplit(content.verify_url).netloc, isolate=Direction.LTR))
    columns = _columns(scale)
    rows = [
        row_block(replace(row, style=scaled(row.style, scale)), values, columns)
        for row in rows_of(content, wording)
    ]
    return [
        stack(
            [
                _paragraph(wording.basis.format(ministry=wording.ministry), scale),
                french_paragraph(french.basis.format(ministry=french.ministry)),
            ]
        ),
        stack(
            [
                _paragraph(statement, scale),
                french_paragraph(french.statement.format(ministry=french.ministry)),
            ]
        ),
        stack([tagged(stack(rows), Tag("Table")), _companion(content, wording, scale)]),
        stack([_paragraph(wording.purpose[sex], scale), french_paragraph(french.purpose[sex])]),
        _paragraph(portal, scale),
    ]


def french_paragraph(text: str, width_pt: float = WIDTH) -> Block:
    """A French text, small, that stands under the Arabic one."""
    setting = set_text(text, Direction.LTR, FRENCH_TEXT_PT, width_pt)
    lines = text_block(setting, LEFT, FRENCH_LEADING, tag=Tag("P", lang=FRENCH))
    return stack([space(1.5), inked(GREY, lines)])


def _paragraph(content: str | Sequence[Span], scale: float) -> Block:
    size_pt = _TEXT_PT * scale
    setting = set_text(content, Direction.RTL, size_pt, WIDTH)
    return text_block(setting, RIGHT, size_pt * _LEADING, tag=Tag("P"))


def _companion(content: CertificateContent, wording: Wording, scale: float) -> Block:
    """The right that a companion shares, where there's one."""
    if not any(line.companion for line in content.disabilities):
        return space(0)
    size_pt = max(_NOTE_PT * scale, LEAST_ARABIC_PT)
    setting = set_text(wording.companion_right[content.holder.sex], Direction.RTL, size_pt, WIDTH)
    return stack(
        [
            inked(GREY, text_block(setting, RIGHT, size_pt * _LEADING, tag=Tag("P"))),
            french_paragraph(wording.french.companion_right),
        ]
    )


def _columns(scale: float) -> Columns:
    return Columns(
        left=LEFT,
        right=RIGHT,
        label_width=_LABEL_WIDTH,
        value_width=_VALUE_WIDTH,
        french_width=WIDTH - _LABEL_WIDTH - _VALUE_WIDTH - _GAP,
        label_pt=_TEXT_PT * scale,
        french_label_pt=FRENCH_TEXT_PT,
        french_label_leading=FRENCH_LEADING,
        top=1.8,
        bottom=2 * scale,
    )
