"""The middle of the page: on what the certificate rests, what it states, and why it was given."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside, space, stack, tagged, text_block, value_block
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align
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
    decoration,
    inked,
    scaled,
)
from services.certificates.adapters.pdf.ornament import GREY, RULE
from services.certificates.adapters.pdf.rows import Row, rows_of
from services.certificates.adapters.pdf.wording import Wording, fill
from services.certificates.domain.printed import CertificateContent

_TEXT_PT = 12.5
_LEADING = 1.56
_LABEL_WIDTH = 106.0
_VALUE_WIDTH = 178.0
_GAP = 4.0
_FRENCH_WIDTH = WIDTH - _LABEL_WIDTH - _VALUE_WIDTH - 2 * _GAP
_FRENCH_LABEL_LEADING = 9.2
_FRENCH_TOP = 1.5
# From the baseline of the French label to that of the Arabic line, in the latter's type sizes.
_CLEAR = 0.92
_NOTE_PT = 10.0


def body_blocks(
    content: CertificateContent, wording: Wording, values: Mapping[str, str], scale: float
) -> list[Block]:
    """The body's blocks at a scale, from top to bottom."""
    french, sex = wording.french, content.holder.sex
    statement = (Span(wording.statement.format(ministry=wording.ministry), bold=True),)
    portal = fill(wording.portal, portal=Span(urlsplit(content.verify_url).netloc, isolate=Direction.LTR))
    rows = [_row(row, values, scale) for row in rows_of(content, wording)]
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


def _row(row: Row, values: Mapping[str, str], scale: float) -> Block:
    """A label and its value at the right, both in French at the left, and a hairline under all.

    The French label clears the Arabic line, and parts the Arabic label from a value of Latin letters and
    digits: Chrome would else take them for one line and copy it in a wrong order.
    """
    size_pt = scaled(row.style, scale).sizes_pt[0]
    label, value = _arabic_cells(row, values, scale)
    french_label, french_value = _french_cells(row, values)
    clear = _FRENCH_TOP + french_label.baseline + _CLEAR * size_pt
    lowered = space(max(clear - label.baseline, 0))
    below = space(_FRENCH_TOP + french_label.height)
    cells = [
        stack([lowered, label]),
        stack([lowered, value]),
        stack([space(_FRENCH_TOP), french_label]),
        stack([below, french_value]),
    ]
    if row.style.style.isolate is Direction.LTR:
        cells[1:3] = cells[2:0:-1]
    drawn = beside(*cells)
    height = drawn.height + 2 * scale

    def draw_line(sheet: Sheet, top: float) -> None:
        sheet.setStrokeColor(RULE)
        sheet.setLineWidth(0.5)
        sheet.line(LEFT, top - height, RIGHT, top - height)

    return tagged(Block(height, beside(decoration(draw_line), drawn).draw), Tag("TR"))


def _arabic_cells(row: Row, values: Mapping[str, str], scale: float) -> tuple[Block, Block]:
    style = scaled(row.style, scale)
    leading = style.sizes_pt[0] * style.leading
    label = text_block(set_text(row.label, Direction.RTL, _TEXT_PT * scale, _LABEL_WIDTH), RIGHT, leading)
    lines = [
        value_block(name, values[name], style, RIGHT - _LABEL_WIDTH - _GAP, _VALUE_WIDTH)
        for name in row.names
    ]
    cell = [tagged(line, Tag("P")) for line in lines] if len(lines) > 1 else lines
    return tagged(label, Tag("TH", scope="Row")), tagged(stack(cell), Tag("TD"))


def _french_cells(row: Row, values: Mapping[str, str]) -> tuple[Block, Block]:
    """The label above and the values below."""
    label = set_text(row.french_label, Direction.LTR, FRENCH_TEXT_PT, _FRENCH_WIDTH)
    lines = [
        tagged(value_block(name, values[name], style, LEFT, _FRENCH_WIDTH, Align.LEFT), Tag("P", lang=lang))
        for name, style, lang in row.french
    ]
    head = text_block(label, LEFT, _FRENCH_LABEL_LEADING)
    value = stack(lines) if lines else space(0)
    return (
        tagged(inked(GREY, head), Tag("TH", lang=FRENCH, scope="Row")),
        tagged(value, Tag("TD", lang=FRENCH)),
    )
