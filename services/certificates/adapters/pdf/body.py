"""The middle of the page: on what the certificate rests, what it states, and why it was given."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside_on_baseline, space, stack, text_block
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import Setting, fit_text, set_text
from services.certificates.adapters.pdf.head import LEFT, RIGHT
from services.certificates.adapters.pdf.ornament import GREY, INK, RULE
from services.certificates.adapters.pdf.wording import Wording, fill
from services.certificates.domain.printed import CertificateContent

_WIDTH = RIGHT - LEFT
_LABEL_WIDTH = 148.0
_VALUE_WIDTH = _WIDTH - _LABEL_WIDTH
_TEXT_PT = 12.5
_LEADING = 1.62
_VALUE_LEADING = 1.42
_GLOSS_PT = 6.6
_GLOSS_LEADING = 8.0
_NAME_SIZES_PT = (16.0, 14.0, 12.0, 10.5)
_SMALL_NAME_SIZES_PT = (10.5, 9.5, 8.5, 7.5)
_VALUE_SIZES_PT = (13.0, 12.0, 11.0, 10.0)


def body_blocks(content: CertificateContent, wording: Wording, scale: float) -> list[Block]:
    """The body's blocks at a scale, from top to bottom."""
    statement = (Span(wording.statement.format(ministry=wording.ministry), bold=True),)
    portal = fill(wording.portal, portal=Span(urlsplit(content.verify_url).netloc, isolate=Direction.LTR))
    return [
        _paragraph(wording.basis.format(ministry=wording.ministry), scale),
        _paragraph(statement, scale),
        stack(_rows(content, wording, scale)),
        _paragraph(wording.purpose[content.holder.sex], scale),
        stack([_paragraph(portal, scale), space(6 * scale)]),
    ]


def _paragraph(content: str | Sequence[Span], scale: float) -> Block:
    size_pt = _TEXT_PT * scale
    return text_block(set_text(content, Direction.RTL, size_pt, _WIDTH), RIGHT, size_pt * _LEADING)


def _rows(content: CertificateContent, wording: Wording, scale: float) -> list[Block]:
    holder, labels, french = content.holder, wording.labels, wording.french
    kind = holder.identifier_kind
    birth = wording.birth(holder.birth_date, holder.birth_precision)
    identifier = Span(holder.identifier, bold=True, isolate=Direction.LTR)
    lines = [_value(wording.line(line, holder.sex), scale) for line in content.disabilities]
    rows = [
        (wording.civility[holder.sex], "", _names(content, scale)),
        (labels.birth_date, french.labels.birth_date, _value(birth, scale)),
        (labels.birth_place, french.labels.birth_place, _value(holder.birth_place, scale)),
        (wording.identifiers[kind], french.identifier_labels[kind], _value(identifier, scale)),
        (labels.disability, french.labels.disability, stack(lines)),
    ]
    if content.valid_until:
        until = _value(wording.long_date(content.valid_until), scale)
        rows.append((labels.valid_until, french.labels.valid_until, until))
    return [_row(arabic + wording.label_end.rstrip(), latin, value, scale) for arabic, latin, value in rows]


def _row(arabic: str, french: str, value: Block, scale: float) -> Block:
    """A label, in French too where a word is given, its value beside it, and a hairline under all.

    The French label also parts the Arabic one from a Latin value on the same baseline, which Chrome
    would otherwise read as one line and copy in the wrong order.
    """
    label = set_text(arabic, Direction.RTL, _TEXT_PT * scale, _LABEL_WIDTH)
    gloss = set_text(french, Direction.LTR, _GLOSS_PT * scale, _LABEL_WIDTH)

    def draw_gloss(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(GREY)
        text_block(gloss, RIGHT, _GLOSS_LEADING * scale, Align.RIGHT).draw(sheet, top)
        sheet.setFillColor(INK)

    left = stack(
        [
            text_block(label, RIGHT, _VALUE_SIZES_PT[0] * _VALUE_LEADING * scale),
            Block(_GLOSS_LEADING * scale, draw_gloss),
        ]
    )
    pair = beside_on_baseline(left, value)

    def draw(sheet: Sheet, top: float) -> None:
        pair.draw(sheet, top - 2 * scale)
        sheet.setStrokeColor(RULE)
        sheet.setLineWidth(0.5)
        sheet.line(LEFT, top - pair.height - 3 * scale, RIGHT, top - pair.height - 3 * scale)

    return Block(pair.height + 4 * scale, draw)


def _names(content: CertificateContent, scale: float) -> Block:
    """The Arabic name, and under it the other scripts that the register has."""
    holder = content.holder
    name = (Span(holder.arabic_name, bold=True, isolate=Direction.RTL),)
    blocks = [_fitted(name, _NAME_SIZES_PT, scale, 1.5)]
    blocks += [
        _fitted((Span(other, isolate=Direction.LTR),), _SMALL_NAME_SIZES_PT, scale, 1.35)
        for other in (holder.latin_name, holder.tifinagh_name)
        if other
    ]
    return stack([*blocks, space(2 * scale)])


def _value(value: str | Span, scale: float) -> Block:
    span = Span(value, bold=True) if isinstance(value, str) else value
    return _fitted((span,), _VALUE_SIZES_PT, scale, _VALUE_LEADING)


def _fitted(spans: Sequence[Span], sizes_pt: Sequence[float], scale: float, leading: float) -> Block:
    sizes = [size_pt * scale for size_pt in sizes_pt]
    setting: Setting = fit_text(spans, Direction.RTL, sizes, _VALUE_WIDTH, 2)
    return text_block(setting, RIGHT - _LABEL_WIDTH, setting.size_pt * leading)
