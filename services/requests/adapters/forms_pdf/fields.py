"""The places to fill in, as blocks of a column."""

from collections.abc import Sequence
from datetime import date
from functools import singledispatch

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside, space, stack, text_block
from libs.ui.typeset.faces import Family
from libs.ui.typeset.shaping import Span
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import Setting, fit_text, set_text
from services.requests.adapters.forms_pdf.looks import (
    BOX_HEIGHT,
    GAP,
    LINE,
    Column,
    draw_box,
    label_block,
    tinted,
)
from services.requests.adapters.forms_pdf.wording import (
    AreaField,
    Bilingual,
    ChoiceField,
    CombField,
    DayField,
    FormPrefill,
    LineField,
)

_TICK = 9.0
_OPTION_LEADING = 17.0
_COMB_WIDTH = 19.0
_DATE_PARTS = (2, 2, 4)
_VALUE_SIZES_PT = (12.5, 11.0, 9.5, 8.0, 7.0)


@singledispatch
def field_block(item: object, column: Column, prefill: FormPrefill | None) -> Block:  # noqa: ARG001 - for the variants
    """One field in its column.

    Args:
        item: A field of the form.
        column: Where it stands.
        prefill: What is already known, or None for a blank form.

    Returns:
        Its label and its place to write in.

    Raises:
        TypeError: The item isn't a field.
        TextTooLongError: A known value doesn't fit.
        UnprintableTextError: A known value can't be printed.
    """
    raise TypeError(f"no such field: {type(item).__name__}")


@field_block.register
def _line(item: LineField, column: Column, prefill: FormPrefill | None) -> Block:
    known = getattr(prefill, item.prefill) if prefill and item.prefill else ""

    def draw(sheet: Sheet, top: float) -> None:
        draw_box(sheet, column.left, top - BOX_HEIGHT, column.width, BOX_HEIGHT)
        if known:
            value = _value(known, column.width - 10)
            text_block(value, column.right - 5, BOX_HEIGHT, Align.RIGHT).draw(sheet, top)

    return _labelled(item.label, column, Block(BOX_HEIGHT, draw))


@field_block.register
def _comb(item: CombField, column: Column, prefill: FormPrefill | None) -> Block:
    known = getattr(prefill, item.prefill) if prefill and item.prefill else ""
    if len(known) > item.count:
        return _long(item, column, known)
    return _labelled(item.label, column, _boxes(column, (item.count,), (known,)))


@field_block.register
def _day(item: DayField, column: Column, prefill: FormPrefill | None) -> Block:
    known: date | None = getattr(prefill, item.prefill) if prefill and item.prefill else None
    texts = (f"{known:%d}", f"{known:%m}", f"{known:%Y}") if known else ("", "", "")
    return _labelled(item.label, column, _boxes(column, _DATE_PARTS, texts))


@field_block.register
def _choice(item: ChoiceField, column: Column, prefill: FormPrefill | None) -> Block:  # noqa: ARG001
    return _labelled(item.label, column, _options(item.options, column))


@field_block.register
def _area(item: AreaField, column: Column, prefill: FormPrefill | None) -> Block:  # noqa: ARG001
    height = item.lines * BOX_HEIGHT

    def draw(sheet: Sheet, top: float) -> None:
        draw_box(sheet, column.left, top - height, column.width, height)
        sheet.setLineWidth(0.3)
        for index in range(1, item.lines):
            sheet.line(column.left, top - index * BOX_HEIGHT, column.right, top - index * BOX_HEIGHT)

    return _labelled(item.label, column, Block(height, draw))


def _labelled(label: Bilingual, column: Column, place: Block) -> Block:
    return stack([label_block(label, column), place, space(6)])


def _value(text: str, width: float) -> Setting:
    """A known value at the size that fits one line."""
    return fit_text((Span(text),), Direction.RTL, _VALUE_SIZES_PT, width, 1)


def _long(item: CombField, column: Column, known: str) -> Block:
    """A number with more characters than boxes stands in one long box."""

    def draw(sheet: Sheet, top: float) -> None:
        draw_box(sheet, column.left, top - BOX_HEIGHT, column.width, BOX_HEIGHT)
        spans = (Span(known, family=Family.CODE, isolate=Direction.LTR),)
        value = fit_text(spans, Direction.LTR, _VALUE_SIZES_PT, column.width - 10, 1)
        text_block(value, column.left + 5, BOX_HEIGHT).draw(sheet, top)

    return _labelled(item.label, column, Block(BOX_HEIGHT, draw))


def _boxes(column: Column, groups: Sequence[int], texts: Sequence[str]) -> Block:
    """Groups of boxes, filled from left to right as numbers are, at the side where reading begins."""
    total = sum(groups)
    between = 10.0
    width = min(_COMB_WIDTH, (column.width - between * (len(groups) - 1)) / total)

    def draw(sheet: Sheet, top: float) -> None:
        x = column.right - total * width - between * (len(groups) - 1)
        for count, text in zip(groups, texts, strict=True):
            for index in range(count):
                draw_box(sheet, x, top - BOX_HEIGHT, width, BOX_HEIGHT)
                if index < len(text):
                    character = set_text((Span(text[index], family=Family.CODE),), Direction.LTR, 12)
                    text_block(character, x + width / 2, BOX_HEIGHT, Align.CENTRE).draw(sheet, top)
                x += width
            x += between

    return Block(BOX_HEIGHT, draw)


def _options(options: Sequence[Bilingual], column: Column) -> Block:
    """Boxes to tick with their words, from the right, in as many rows as they need."""
    rows: list[list[Block]] = [[]]
    x = column.right
    for option in options:
        width, place = _option(option, x, column.width)
        if rows[-1] and x - width < column.left:
            rows.append([])
            x = column.right
            width, place = _option(option, x, column.width)
        rows[-1].append(place)
        x -= width + GAP
    return stack([beside(*row) for row in rows])


def _option(option: Bilingual, right: float, widest: float) -> tuple[float, Block]:
    """A box to tick, its Arabic words and, smaller, its French ones; and how wide they are together."""
    arabic = set_text(option.ar, Direction.RTL, 10)
    french_right = right - _TICK - 5 - arabic.width_of(arabic.lines[0]) - 4
    french = fit_text(option.fr, Direction.LTR, (7.8, 7.2, 6.6, 6.0), french_right - right + widest, 1)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setStrokeColor(LINE)
        sheet.setLineWidth(0.8)
        sheet.rect(right - _TICK, top - 13.2, _TICK, _TICK, stroke=1, fill=0)

    words = text_block(arabic, right - _TICK - 5, _OPTION_LEADING)
    gloss = tinted(text_block(french, french_right, _OPTION_LEADING, Align.RIGHT))
    width = right - french_right + french.width_of(french.lines[0])
    return width, beside(Block(_OPTION_LEADING, draw), words, gloss)
