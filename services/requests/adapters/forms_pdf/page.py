"""The pages of a form: sections poured into as many A4 sheets as they need."""

from collections.abc import Sequence
from datetime import UTC, datetime

from reportlab.lib.pagesizes import A4

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside, space, stack, text_block
from libs.ui.typeset.faces import Family
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import set_text
from services.requests.adapters.forms_pdf.fields import field_block
from services.requests.adapters.forms_pdf.looks import (
    GAP,
    GREEN,
    INK,
    LEFT,
    LINE,
    PAGE,
    RIGHT,
    WIDTH,
    Column,
    section_title,
    tinted,
)
from services.requests.adapters.forms_pdf.panels import note_block, signature_block, table_block
from services.requests.adapters.forms_pdf.wording import (
    Cell,
    Form,
    FormKind,
    FormPrefill,
    FormWording,
    Item,
    Letterhead,
    Note,
    Section,
    SignatureField,
    TableField,
)

_TOP = A4[1] - 34.0
_BOTTOM = 46.0
# The model has no date of its own; a fixed one keeps the bytes equal.
_MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)
_MIDDLE = A4[0] / 2


def render_form(kind: FormKind, prefill: FormPrefill | None, wording: FormWording) -> bytes:
    """Set a form to print and fill in by hand.

    Args:
        kind: Which form.
        prefill: What is known of the person, or None for a blank form.
        wording: The forms' words.

    Returns:
        A PDF of A4 pages, the same bytes for the same arguments.

    Raises:
        UnprintableTextError: A known value holds a character that can't be printed.
        TextTooLongError: A known value doesn't fit its place.
        FontMissingError: The fonts were never fetched.
    """
    form = wording.forms[kind]
    sheet = Sheet(
        title=form.title.ar,
        author=wording.letterhead.author,
        language=wording.letterhead.language,
        made_at=_MADE_AT,
    )
    reference = prefill.reference if prefill else ""
    head = _head(form, wording.letterhead, reference)
    running = _running_head(form, reference)
    blocks = [block for section in form.sections for block in _section(section, prefill)]
    room = _TOP - _BOTTOM
    pages = _pour(blocks, room - head.height, room - running.height)
    for number, page in enumerate(pages, start=1):
        sheet.setFillColor(INK)
        stack([head if number == 1 else running, *page]).draw(sheet, _TOP)
        _foot(wording.letterhead, number, len(pages)).draw(sheet, _BOTTOM - 8)
        sheet.showPage()
    return sheet.finish()


def _pour(blocks: Sequence[Block], first: float, other: float) -> list[list[Block]]:
    """Blocks shared between pages in order: `first` is the first page's room, `other` that of the next."""
    pages: list[list[Block]] = [[]]
    left = first
    for block in blocks:
        if block.height > left and pages[-1]:
            pages.append([])
            left = other
        pages[-1].append(block)
        left -= block.height
    return pages


def _section(section: Section, prefill: FormPrefill | None) -> list[Block]:
    """Rows of a section; its title stays with its first row."""
    rows: list[Block] = []
    cells: list[Cell] = []
    for item in section.items:
        if isinstance(item, Cell):
            if sum(cell.width for cell in cells) + item.width > 1:
                rows.append(_cells(cells, prefill))
                cells = []
            cells.append(item)
            continue
        if cells:
            rows.append(_cells(cells, prefill))
            cells = []
        rows.append(_panel(item))
    if cells:
        rows.append(_cells(cells, prefill))
    first, *others = rows
    return [stack([section_title(section.title), first]), *others]


def _cells(cells: Sequence[Cell], prefill: FormPrefill | None) -> Block:
    """Fields beside each other, the first at the right."""
    right = RIGHT
    blocks = []
    for cell in cells:
        width = WIDTH if cell.width == 1 else (WIDTH + GAP) * cell.width - GAP
        blocks.append(field_block(cell, Column(right - width, right), prefill))
        right -= width + GAP
    return beside(*blocks)


def _panel(item: Item) -> Block:
    if isinstance(item, TableField):
        return table_block(item)
    if isinstance(item, SignatureField):
        return signature_block(item)
    if isinstance(item, Note):
        return note_block(item)
    raise TypeError(f"not a part of a page: {item.kind}")


def _head(form: Form, letterhead: Letterhead, reference: str) -> Block:
    """Letterhead, title, instruction and reference."""
    return stack(
        [
            beside(
                _country(letterhead.country.ar, letterhead.office.ar, Direction.RTL, RIGHT),
                _country(letterhead.country.fr, letterhead.office.fr, Direction.LTR, LEFT),
            ),
            _rule(),
            _title(form),
            tinted(
                text_block(set_text(form.intro.ar, Direction.RTL, 9.5, WIDTH), _MIDDLE, 14.5, Align.CENTRE)
            ),
            tinted(
                text_block(set_text(form.intro.fr, Direction.LTR, 7.8, WIDTH), _MIDDLE, 10.5, Align.CENTRE)
            ),
            space(4),
            _reference(letterhead, reference) if reference else space(0),
            space(6),
        ]
    )


def _country(country: str, office: str, direction: Direction, x: float) -> Block:
    size_pt = 10.5 if direction is Direction.RTL else 8.2
    return stack(
        [
            text_block(set_text((Span(country, bold=True),), direction, size_pt + 1), x, 16),
            text_block(set_text(office, direction, size_pt, WIDTH / 2 - 10), x, 13.5),
        ]
    )


def _rule() -> Block:
    def draw(sheet: Sheet, top: float) -> None:
        sheet.setStrokeColor(GREEN)
        sheet.setLineWidth(1)
        sheet.line(LEFT, top - 4, RIGHT, top - 4)

    return Block(8, draw)


def _title(form: Form) -> Block:
    arabic = set_text((Span(form.title.ar, bold=True),), Direction.RTL, 18)
    french = set_text((Span(form.title.fr, bold=True),), Direction.LTR, 11)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(GREEN)
        text_block(arabic, _MIDDLE, 27, Align.CENTRE).draw(sheet, top)
        sheet.setFillColor(INK)
        text_block(french, _MIDDLE, 16, Align.CENTRE).draw(sheet, top - 27)

    return Block(45, draw)


def _reference(letterhead: Letterhead, reference: str) -> Block:
    spans = (
        Span(f"{letterhead.reference.ar} · "),
        Span(letterhead.reference.fr, isolate=Direction.LTR),
        Span(" : "),
        Span(reference, bold=True, family=Family.CODE, isolate=Direction.LTR),
    )
    return text_block(set_text(spans, Direction.RTL, 10), PAGE.right, 16)


def _running_head(form: Form, reference: str) -> Block:
    """What a sheet that got loose needs to find its form again."""
    title = text_block(set_text((Span(form.title.ar, bold=True),), Direction.RTL, 9.5), RIGHT, 16)
    french = tinted(text_block(set_text(form.title.fr, Direction.LTR, 7.8), LEFT, 16))
    known = (Span(reference, family=Family.CODE),)
    middle = text_block(set_text(known, Direction.LTR, 9), _MIDDLE, 16, Align.CENTRE)
    return stack([beside(title, middle, french), _rule(), space(6)])


def _foot(letterhead: Letterhead, number: int, pages: int) -> Block:
    """That this is no official form, in both languages, and the page between them."""
    page = letterhead.page.format(page=number, pages=pages)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setStrokeColor(LINE)
        sheet.setLineWidth(0.4)
        sheet.line(LEFT, top, RIGHT, top)

    return beside(
        Block(0, draw),
        tinted(text_block(set_text(letterhead.model.ar, Direction.RTL, 8.5), RIGHT, 16)),
        tinted(text_block(set_text(page, Direction.LTR, 8), _MIDDLE, 16, Align.CENTRE)),
        tinted(text_block(set_text(letterhead.model.fr, Direction.LTR, 7), LEFT, 16)),
    )
