"""The parts that take the whole width: tables, notes and places to sign."""

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, beside_on_baseline, space, stack, text_block
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import fit_text, set_text
from services.requests.adapters.forms_pdf.looks import (
    GAP,
    INK,
    LEFT,
    LINE,
    PALE,
    RIGHT,
    WIDTH,
    Column,
    draw_box,
    label_block,
    tinted,
)
from services.requests.adapters.forms_pdf.wording import Bilingual, Note, SignatureField, TableField

_HEAD_HEIGHT = 27.0
_ROW_HEIGHT = 19.0
_NAMES = 0.3
_SIGNATURE_HEIGHT = 62.0
_TICK = 9.0


def table_block(table: TableField) -> Block:
    """A table whose columns run from right to left."""
    columns = _columns(len(table.columns))
    head = _head(table, columns)
    rows = [_row(table, label, columns) for label in table.rows]
    return stack([space(4), head, *rows, space(8)])


def note_block(note: Note) -> Block:
    """A paragraph in both languages."""
    arabic = set_text(note.text.ar, Direction.RTL, 9.5, WIDTH)
    french = set_text(note.text.fr, Direction.LTR, 7.8, WIDTH)
    return stack([text_block(arabic, RIGHT, 14.5), tinted(text_block(french, LEFT, 10.5)), space(6)])


def signature_block(field: SignatureField) -> Block:
    """Boxes side by side, the first at the right."""
    width = (WIDTH - GAP * (len(field.labels) - 1)) / len(field.labels)

    def draw(sheet: Sheet, top: float) -> None:
        for index, label in enumerate(field.labels):
            right = RIGHT - index * (width + GAP)
            draw_box(sheet, right - width, top - _SIGNATURE_HEIGHT, width, _SIGNATURE_HEIGHT)
            label_block(label, Column(right - width + 6, right - 6)).draw(sheet, top - 1)

    return Block(_SIGNATURE_HEIGHT + 6, draw)


def _columns(count: int) -> list[Column]:
    names = WIDTH * _NAMES
    other = (WIDTH - names) / (count - 1)
    columns = [Column(RIGHT - names, RIGHT)]
    for _ in range(count - 1):
        right = columns[-1].left
        columns.append(Column(right - other, right))
    return columns


def _head(table: TableField, columns: list[Column]) -> Block:
    cells = [_head_cell(label, column) for label, column in zip(table.columns, columns, strict=True)]

    def draw(sheet: Sheet, top: float) -> None:
        sheet.setFillColor(PALE)
        sheet.rect(LEFT, top - _HEAD_HEIGHT, WIDTH, _HEAD_HEIGHT, stroke=0, fill=1)
        sheet.setFillColor(INK)
        for column, cell in zip(columns, cells, strict=True):
            draw_box(sheet, column.left, top - _HEAD_HEIGHT, column.width, _HEAD_HEIGHT)
            cell.draw(sheet, top)

    return Block(_HEAD_HEIGHT, draw)


def _head_cell(label: Bilingual, column: Column) -> Block:
    middle, width = (column.left + column.right) / 2, column.width - 6
    arabic = fit_text(label.ar, Direction.RTL, (9.5, 8.5, 7.5), width, 1)
    french = fit_text(label.fr, Direction.LTR, (7.5, 6.8, 6.2, 5.6), width, 1)
    return stack(
        [
            space(1),
            text_block(arabic, middle, 14, Align.CENTRE),
            tinted(text_block(french, middle, 9.5, Align.CENTRE)),
        ]
    )


def _row(table: TableField, label: Bilingual, columns: list[Column]) -> Block:
    names = columns[0]
    arabic = set_text(label.ar, Direction.RTL, 9.5)
    used = arabic.width_of(arabic.lines[0])
    french = fit_text(label.fr, Direction.LTR, (7.2, 6.6, 6.0, 5.4), names.width - used - 14, 1)
    words = beside_on_baseline(
        text_block(arabic, names.right - 5, _ROW_HEIGHT),
        tinted(text_block(french, names.left + 4, _ROW_HEIGHT)),
    )

    def draw(sheet: Sheet, top: float) -> None:
        for column in columns:
            draw_box(sheet, column.left, top - _ROW_HEIGHT, column.width, _ROW_HEIGHT)
        words.draw(sheet, top)
        if table.cells == "box":
            for column in columns[1:]:
                _draw_tick(sheet, (column.left + column.right) / 2, top - _ROW_HEIGHT / 2)

    return Block(_ROW_HEIGHT, draw)


def _draw_tick(sheet: Sheet, x: float, y: float) -> None:
    sheet.setStrokeColor(LINE)
    sheet.setLineWidth(0.8)
    sheet.rect(x - _TICK / 2, y - _TICK / 2, _TICK, _TICK, stroke=1, fill=0)
