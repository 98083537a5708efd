"""A row of labels and values: Arabic at the right, French, smaller, at the left."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, ValueStyle, beside, space, stack, tagged, text_block, value_block
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import set_text
from services.certificates.adapters.pdf.looks import FRENCH, decoration, inked
from services.certificates.adapters.pdf.ornament import GREY, RULE

# From the baseline of the French label to that of the Arabic line, in the latter's type sizes.
_CLEAR = 0.92


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        names: The slots of the Arabic cell, one under the other.
        style: Theirs.
        french: The slots of the French cell with the style and the language of each.
    """

    label: str
    names: tuple[str, ...]
    style: ValueStyle
    french_label: str
    french: tuple[tuple[str, ValueStyle, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a table stand, in points, and how its labels are set."""

    left: float
    right: float
    label_width: float
    value_width: float
    french_width: float
    label_pt: float
    french_label_pt: float
    french_label_leading: float
    top: float
    bottom: float


def row_block(row: Row, values: Mapping[str, str], columns: Columns) -> Block:
    """A label and its value at the right, both in French at the left, and a hairline under all.

    The French label clears the Arabic line, and parts the Arabic label from a value of Latin letters and
    digits: Chrome would else take them for one line and copy it in a wrong order.

    Args:
        row: What stands there.
        values: The text of each slot.
        columns: Where it stands.

    Raises:
        TextTooLongError: A value fits its column at no size.
        UnprintableTextError: A value can't be printed.
    """
    label, value = _arabic_cells(row, values, columns)
    french_label, french_value = _french_cells(row, values, columns)
    clear = columns.top + french_label.baseline + _CLEAR * row.style.sizes_pt[0]
    baseline = max(clear, label.baseline)
    below = space(columns.top + french_label.height)
    cells = [
        stack([space(baseline - label.baseline), label]),
        stack([space(baseline - value.baseline), value]),
        stack([space(columns.top), french_label]),
        stack([below, french_value]),
    ]
    if row.style.style.isolate is Direction.LTR:
        cells[1:3] = cells[2:0:-1]
    drawn = beside(*cells)
    height = drawn.height + columns.bottom

    def draw_line(sheet: Sheet, top: float) -> None:
        sheet.setStrokeColor(RULE)
        sheet.setLineWidth(0.5)
        sheet.line(columns.left, top - height, columns.right, top - height)

    return tagged(Block(height, beside(decoration(draw_line), drawn).draw), Tag("TR"))


def _arabic_cells(row: Row, values: Mapping[str, str], columns: Columns) -> tuple[Block, Block]:
    style = row.style
    leading = style.sizes_pt[0] * style.leading
    words = set_text(row.label, Direction.RTL, columns.label_pt, columns.label_width)
    right = columns.right - columns.label_width
    lines = [value_block(name, values[name], style, right, columns.value_width) for name in row.names]
    cell = [tagged(line, Tag("P")) for line in lines] if len(lines) > 1 else lines
    label = text_block(words, columns.right, leading)
    return tagged(label, Tag("TH", scope="Row")), tagged(stack(cell), Tag("TD"))


def _french_cells(row: Row, values: Mapping[str, str], columns: Columns) -> tuple[Block, Block]:
    """The label above and the values below."""
    words = set_text(row.french_label, Direction.LTR, columns.french_label_pt, columns.french_width)
    label = text_block(words, columns.left, columns.french_label_leading)
    lines = [
        tagged(
            value_block(name, values[name], style, columns.left, columns.french_width, Align.LEFT),
            Tag("P", lang=lang),
        )
        for name, style, lang in row.french
    ]
    return (
        tagged(inked(GREY, label), Tag("TH", lang=FRENCH, scope="Row")),
        tagged(stack(lines) if lines else space(0), Tag("TD", lang=FRENCH)),
    )
