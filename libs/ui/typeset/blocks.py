"""Pieces of a page that know their height, stacked from top to bottom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align, Style, TextSlot
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import Setting, fit_text

# Where the baseline lies in a line, from its top: room for Arabic marks above and tails below.
_BASELINE = 0.72


@dataclass(frozen=True, slots=True)
class Block:
    """Something of a known height in points; `draw` gets the sheet and the y of its top.

    Attributes:
        baseline: From the top to the baseline of the first line, where there is one.
    """

    height: float
    draw: Callable[[Sheet, float], None]
    baseline: float = 0.0


@dataclass(frozen=True, slots=True)
class ValueStyle:
    """How a value of a page is set where it fits, and where it doesn't.

    Attributes:
        sizes_pt: The first is the slot's; the others are for values that don't fit it.
        leading: From one baseline to the next, in type sizes.
        lines: The most that a value may take.
    """

    style: Style
    sizes_pt: tuple[float, ...]
    leading: float
    lines: int = 2


def text_block(
    setting: Setting, x: float, leading: float, align: Align | None = None, tag: Tag | None = None
) -> Block:
    """Lines of text as a block.

    Args:
        setting: The lines.
        x: Left edge, right edge or middle, as `align` says.
        leading: From one baseline to the next, in points.
        align: None for the side where the text's direction begins.
        tag: What the lines are; None where an element around says it.

    Returns:
        A block as high as its lines.
    """

    def draw(sheet: Sheet, top: float) -> None:
        sheet.draw_setting(setting, x, top - leading * _BASELINE, leading, align)

    block = Block(leading * len(setting.lines), draw, leading * _BASELINE)
    return tagged(block, tag) if tag else block


def value_block(
    name: str, text: str, style: ValueStyle, x: float, width_pt: float, align: Align = Align.RIGHT
) -> Block:
    """A value in its slot; one that doesn't fit is set smaller or on more lines.

    Args:
        name: The slot's name.
        text: The value.
        style: How it is set.
        x: Left edge, right edge or middle, as `align` says.
        width_pt: The widest line.
        align: What `x` is.

    Raises:
        TextTooLongError: It fits at none of the sizes.
        UnprintableTextError: A character can't be printed.
    """
    setting = fit_text(
        (style.style.span(text),), style.style.direction, style.sizes_pt, width_pt, style.lines
    )
    size_pt = style.sizes_pt[0]
    leading = setting.size_pt * style.leading

    def draw(sheet: Sheet, top: float) -> None:
        y = top - leading * _BASELINE
        if len(setting.lines) == 1 and setting.size_pt == size_pt:
            sheet.draw_value(TextSlot(name, x, y, size_pt, align, width_pt, style.style), setting.lines[0])
        else:
            sheet.refuse_frozen(name)
            sheet.draw_setting(setting, x, y, leading, align)

    return Block(leading * len(setting.lines), draw, leading * _BASELINE)


def tagged(block: Block, tag: Tag) -> Block:
    """A block that is one element of the page."""

    def draw(sheet: Sheet, top: float) -> None:
        with sheet.tagged(tag):
            block.draw(sheet, top)

    return replace(block, draw=draw)


def artifact(block: Block) -> Block:
    """A block that is decoration."""

    def draw(sheet: Sheet, top: float) -> None:
        with sheet.artifact():
            block.draw(sheet, top)

    return replace(block, draw=draw)


def space(height: float) -> Block:
    """A block that draws nothing."""
    return Block(height, lambda _sheet, _top: None)


def beside(*blocks: Block) -> Block:
    """Blocks that share one top; as high as the highest."""

    def draw(sheet: Sheet, top: float) -> None:
        for block in blocks:
            block.draw(sheet, top)

    return Block(max(block.height for block in blocks), draw)


def beside_on_baseline(*blocks: Block) -> Block:
    """Blocks whose first lines share a baseline; as high as the lowest reaches."""
    baseline = max(block.baseline for block in blocks)
    lowered = [stack([space(baseline - block.baseline), block]) for block in blocks]
    return replace(beside(*lowered), baseline=baseline)


def stack(blocks: Sequence[Block]) -> Block:
    """Blocks one under the other."""

    def draw(sheet: Sheet, top: float) -> None:
        for block in blocks:
            block.draw(sheet, top)
            top -= block.height

    return Block(sum(block.height for block in blocks), draw, blocks[0].baseline)


def spread(blocks: Sequence[Block], height: float, widest_gap: float) -> Block:
    """Blocks one under the other, with what is left of a height shared between them.

    Args:
        blocks: What is stacked.
        height: The room there is, in points.
        widest_gap: The most that is put between two blocks.

    Returns:
        A block of exactly that height.

    Raises:
        TextTooLongError: The blocks are higher than the room.
    """
    left = height - sum(block.height for block in blocks)
    if left < 0:
        raise TextTooLongError(f"the page lacks {-left:.0f} pt")
    gap = min(widest_gap, left / max(len(blocks) - 1, 1))
    spaced = [piece for block in blocks for piece in (block, space(gap))]
    return Block(height, stack(spaced[:-1]).draw)
