"""Pieces of a page that know their height, stacked from top to bottom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import Setting

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


def text_block(setting: Setting, x: float, leading: float, align: Align | None = None) -> Block:
    """Lines of text as a block.

    Args:
        setting: The lines.
        x: Left edge, right edge or middle, as `align` says.
        leading: From one baseline to the next, in points.
        align: None for the side where the text's direction begins.

    Returns:
        A block as high as its lines.
    """

    def draw(sheet: Sheet, top: float) -> None:
        sheet.draw_setting(setting, x, top - leading * _BASELINE, leading, align)

    return Block(leading * len(setting.lines), draw, leading * _BASELINE)


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
