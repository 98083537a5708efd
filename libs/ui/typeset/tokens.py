"""Words and letters of shared fonts as pieces of a run, to be put side by side without shaping them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from libs.ui.typeset.errors import ValueUnfrozenError
from libs.ui.typeset.faces import Face
from libs.ui.typeset.inventory import get_inventory
from libs.ui.typeset.operators import show_pieces
from libs.ui.typeset.shaping import ShapedRun, shape_stretch

# The parity of an embedding level is all that matters to a run.
ODD, EVEN = 1, 2


class FrozenFace:
    """A shared face: its codes were given out when the fonts were made."""

    def __init__(self, face: Face, resource: str) -> None:
        """Number the pairs of its inventory as `EmbeddedFace` does.

        Args:
            face: The face.
            resource: The font's name in the page's resources.
        """
        self.face = face
        self.resource = resource
        self.pairs = get_inventory(face.key)
        self._codes = {pair: code for code, pair in enumerate(self.pairs, 1)}

    def code(self, gid: int, text: str) -> int:
        """The code of a glyph that stands for a text.

        Raises:
            ValueUnfrozenError: The shared font doesn't hold that pair.
        """
        found = self._codes.get((gid, text))
        if found is None:
            raise ValueUnfrozenError("a glyph")
        return found

    def advance(self, gid: int) -> int:
        """Advance of a glyph, in thousandths of the type size."""
        return self.face.advances[gid]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a space or a letter, placed as if it began at 0.

    Attributes:
        width: Its advance.
        lead: Where its first glyph stands.
        end: Where the pen is after its last glyph.
        parts: Rises with the codes and moves that are shown at each; the first move is left to the caller.
    """

    width: int
    lead: int
    end: int
    parts: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """A face at one size in runs of one direction, and what it has set.

    Attributes:
        face: Its face.
        level: An embedding level of its runs.
        tokens: Words, letters and pieces that were set before.
        kerns: What parts two letters of the face, or two words.
        opening: The operators that begin a run.
        closing: Those that end it.
    """

    face: FrozenFace
    size_pt: float
    level: int
    tokens: dict[str, Token]
    kerns: dict[str, int | None]
    opening: tuple[str, ...]
    closing: tuple[str, ...]

    @classmethod
    def of(cls, face: FrozenFace, size_pt: float, level: int, kerns: dict[str, int | None]) -> Self:
        """A hand that has set nothing yet."""
        opening = f"/{face.resource} {size_pt:g} Tf"
        if level == ODD:
            return cls(face, size_pt, level, {}, kerns, (opening, "/ReversedChars BMC"), ("EMC",))
        return cls(face, size_pt, level, {}, kerns, (opening,), ())


def show_run(code: list[str], hand: Hand, left: int, placed: Sequence[tuple[int, Token]], pen: int) -> int:
    """Write one run as `run_operators` writes it.

    Args:
        code: Where its operators go.
        hand: What it is set with.
        left: Where it begins on the line, in thousandths of the size.
        placed: Its tokens from left to right, each with its place in the run.
        pen: Where the runs before it left the pen.

    Returns:
        Where the pen is afterwards.
    """
    code += hand.opening
    rise = 0.0
    pieces: list[str] = []
    for place, token in placed:
        x = left + place
        move = pen - x - token.lead
        for wanted_rise, shown in token.parts:
            if wanted_rise != rise:
                show_pieces(code, pieces)
                code.append(f"{wanted_rise:g} Ts")
                rise = wanted_rise
            if move:
                pieces.append(str(move))
                move = 0
            pieces.append(shown)
        pen = x + token.end
    show_pieces(code, pieces)
    if rise:
        code.append("0 Ts")
    code += hand.closing
    return pen


def joined(placed: Sequence[tuple[int, Token]]) -> Token:
    """Tokens of one run as one, the first of them at 0."""
    (_, first), *others = placed
    width, pen, parts = first.width, first.end, list(first.parts)
    for x, token in others:
        (rise, shown), *more = token.parts
        shown = f"{pen - x - token.lead or ''}{shown}"
        if rise == parts[-1][0]:
            shown = f"{parts.pop()[1]}{shown}".replace("><", "")
        parts += (rise, shown), *more
        width, pen = x + token.width, x + token.end
    return Token(width, first.lead, pen, tuple(parts))


def token_of(run: ShapedRun, face: FrozenFace, size_pt: float) -> Token | None:
    """A stretch as a token; None where a place isn't a whole number and sums could be rounded."""
    if not all(glyph.x.is_integer() for glyph in run.glyphs) or not run.width.is_integer():
        return None
    lead = int(run.glyphs[0].x)
    pen = lead
    parts: list[tuple[float, str]] = []
    for glyph in run.glyphs:
        rise = round(glyph.y * size_pt / 1000, 2)
        move = pen - int(glyph.x)
        shown = f"{move or ''}<{face.code(glyph.gid, glyph.text):04X}>"
        if parts and parts[-1][0] == rise:
            shown = parts.pop()[1] + shown
        parts.append((rise, shown))
        pen += face.advance(glyph.gid) - move
    return Token(int(run.width), lead, pen, tuple(parts))


def kern_of(face: Face, pair: str) -> int | None:
    """What parts two letters further than their advances; None where they change each other otherwise."""
    first, second = (shape_stretch(face, char, 0, 1, EVEN) for char in pair)
    both = shape_stretch(face, pair, 0, 2, EVEN)
    alone = [*first.glyphs, *second.glyphs]
    kern = both.width - first.width - second.width
    if [glyph.gid for glyph in both.glyphs] != [glyph.gid for glyph in alone] or not kern.is_integer():
        return None
    expected = [glyph.x for glyph in first.glyphs] + [glyph.x + first.width + kern for glyph in second.glyphs]
    level = all(glyph.y == 0 for glyph in both.glyphs)
    return int(kern) if level and [glyph.x for glyph in both.glyphs] == expected else None


def gap_of(face: Face, before: str, after: str) -> int | None:
    """How much wider than a space two words stand apart; None where more than that changes."""
    spaced = f"{before} {after}"
    one, space, other = (shape_stretch(face, part, 0, len(part), ODD) for part in (before, " ", after))
    whole = shape_stretch(face, spaced, 0, len(spaced), ODD)
    gap = whole.width - one.width - space.width - other.width
    parts = [*other.glyphs, *space.glyphs, *one.glyphs]
    if [glyph.gid for glyph in whole.glyphs] != [glyph.gid for glyph in parts] or not gap.is_integer():
        return None
    place = other.width + gap
    expected = [glyph.x for glyph in other.glyphs] + [glyph.x + place for glyph in space.glyphs]
    expected += [glyph.x + place + space.width for glyph in one.glyphs]
    return int(gap) if [glyph.x for glyph in whole.glyphs] == expected else None
