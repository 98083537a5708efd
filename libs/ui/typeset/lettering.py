"""Values as content operators with shared fonts' codes, word by word where that gives the same as whole."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self, TypeVar

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.errors import ValueUnfrozenError
from libs.ui.typeset.faces import Face, Family, Script, get_face
from libs.ui.typeset.operators import run_operators
from libs.ui.typeset.shaping import shape_stretch
from libs.ui.typeset.slots import Align, Style, TextSlot
from libs.ui.typeset.tokens import (
    EVEN,
    ODD,
    FrozenFace,
    Hand,
    Token,
    gap_of,
    joined,
    kern_of,
    show_run,
    token_of,
)

# Bounds what stays in memory of values that were printed before.
_MOST_KEPT = 16_384
_ARABIC_WORD = "[\u0621-\u063a\u0641-\u064a\u067e\u0686\u06a4\u06ad\u06af]+"
# Only these keep their order and shapes whatever stands around them: a `%` moves with its neighbours.
_PLAIN_ARABIC = re.compile(f"(?:{_ARABIC_WORD}|[0-9]+)(?: (?:{_ARABIC_WORD}|[0-9]+))*")
_WORDS = re.compile("[^ ]+| ")
_RUNS = re.compile("[0-9]+|[^0-9]+")
_SPACE = " "
# Letters at a word's end or beginning that can move the word beside it.
_REACH = 3
_LATIN_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff"
_PLAIN_LATIN = re.compile(f"[{_LATIN_LETTERS}0-9](?:[ '/.-]?[{_LATIN_LETTERS}0-9])*")
_PLAIN_TIFINAGH = re.compile("[\u2d30-\u2d67]+(?: [\u2d30-\u2d67]+)*")
_LATIN_LETTER = re.compile(f"[{_LATIN_LETTERS}]")
_LEFTWARDS = {Align.LEFT: 0.0, Align.CENTRE: 0.5, Align.RIGHT: 1.0}

# Long words come again; numbers and codes don't, but their pieces do.
_PIECES = re.compile(f"[{_LATIN_LETTERS}]{{3,}}|[0-9]{{3}}|[^ ]{{1,2}}| ")

# No kerning is as wide: it stands for a pair that was never looked up.
_UNKNOWN = -(10**9)
_Value = TypeVar("_Value")


@cache
def get_lettering(keys: tuple[str, ...]) -> "Lettering":
    """The lettering of a set of faces, made once in a process.

    Args:
        keys: Keys of `fonts.FILES` in the order in which a document embeds them.

    Raises:
        FontMissingError: A font was never fetched.
    """
    return Lettering(keys)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Operators of a value that don't depend on its place, and its width in thousandths of the size."""

    code: bytes
    width: float

    @classmethod
    def of(cls, code: Sequence[str], width: float) -> Self:
        """Join the operators of its runs, with the one that ends their text object."""
        return cls("\n".join([*code, "ET\n"]).encode("ascii"), width)


class Lettering:
    """What a set of shared faces makes of values; every certificate with these faces uses the same one."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        """Number the faces.

        Args:
            keys: Keys of `fonts.FILES`; a document embeds these faces before any other, in this order.
        """
        self.faces = tuple(FrozenFace(get_face(key), f"T{index}") for index, key in enumerate(keys))
        self._by_key = {face.face.key: face for face in self.faces}
        self._hands: dict[tuple[str, float, int], Hand] = {}
        self._kerns: dict[str, dict[str, int | None]] = {}
        self._shown: dict[tuple[Style, float], dict[str, _Shown]] = {}

    def setter(self, slot: TextSlot) -> "SlotSetter":
        """What sets values in one slot; slots of one style and size share what they know."""
        shown = self._shown.setdefault((slot.style, slot.size_pt), {})
        return SlotSetter(
            self, slot, shown, slot.name, f" {slot.y:.2f} Tm\n".encode(), _LEFTWARDS[slot.align]
        )

    def operators(self, slot: TextSlot, text: str) -> bytes:
        """The operators of a value in its slot, as a setter of that slot gives them."""
        return self.setter(slot).operators(text)

    def show(self, slot: TextSlot, text: str) -> _Shown:
        """A value in a slot's style and size, from words that were shaped before where that is exact."""
        style, size_pt = slot.style, slot.size_pt
        if style.isolate is Direction.RTL and _PLAIN_ARABIC.fullmatch(text):
            found = self._show_arabic(style, size_pt, text)
        elif style.isolate is Direction.LTR and _PLAIN_LATIN.fullmatch(text):
            script = Script.LATIN if _LATIN_LETTER.search(text) else None
            found = self._show_letters(style, size_pt, text, script)
        elif style.isolate is Direction.LTR and _PLAIN_TIFINAGH.fullmatch(text):
            found = self._show_letters(style, size_pt, text, Script.TIFINAGH)
        else:
            found = None
        return found or self.show_whole(style, size_pt, text)

    def show_whole(self, style: Style, size_pt: float, text: str) -> _Shown:
        """A value shaped as one line, whatever it holds."""
        line = style.shape(text)
        return _Shown.of(run_operators(line, size_pt, self._frozen), line.width)

    def _show_arabic(self, style: Style, size_pt: float, text: str) -> _Shown | None:
        """Words and numbers side by side: the first run in reading order is the rightmost."""
        runs: list[tuple[Hand, Token]] = []
        for stretch in _RUNS.findall(text):
            digits = stretch[0].isdecimal()
            face = _face_of(style, None if digits else Script.ARABIC)
            hand = self._hand(face, EVEN if digits else ODD, size_pt)
            token = hand.tokens.get(stretch) or self._set_words(hand, stretch)
            if token is None:
                return None
            runs.append((hand, token))
        x = width = sum([token.width for _, token in runs])
        code: list[str] = []
        pen = 0
        for hand, token in runs:
            x -= token.width
            pen = show_run(code, hand, x, ((0, token),), pen)
        return _Shown.of(code, width)

    def _show_letters(self, style: Style, size_pt: float, text: str, script: Script | None) -> _Shown | None:
        """Pieces side by side, as far apart as the font puts each pair of letters."""
        hand = self._hand(_face_of(style, script), EVEN, size_pt)
        placed = self._place(hand, _PIECES.findall(text))
        if placed is None:
            return None
        code: list[str] = []
        show_run(code, hand, 0, placed, 0)
        x, last = placed[-1]
        return _Shown.of(code, x + last.width)

    def _place(self, hand: Hand, pieces: Iterable[str]) -> list[tuple[int, Token]] | None:
        """Letters and pieces of them from left to right, each with its place."""
        kerns = hand.kerns
        placed: list[tuple[int, Token]] = []
        x = 0
        before = ""
        for piece in pieces:
            token = hand.tokens.get(piece) or self._set_piece(hand, piece)
            if token is None:
                return None
            if before:
                kern = kerns.get(pair := before + piece[0])
                if kern is None and (kern := self._kern(hand, pair)) is None:
                    return None
                x += kern
            placed.append((x, token))
            x += token.width
            before = piece[-1]
        return placed

    def _set_piece(self, hand: Hand, text: str) -> Token | None:
        """Some letters, signs or digits that often stand together: numbers and codes are made of such."""
        if len(text) == 1:
            return self._set(hand, text)
        placed = self._place(hand, text)
        return None if placed is None else _keep(hand.tokens, text, joined(placed))

    def _set_words(self, hand: Hand, stretch: str) -> Token | None:
        """Words with the spaces between them, or one number."""
        words = _WORDS.findall(stretch)[::-1]
        placed: list[tuple[int, Token]] = []
        x = 0
        for index, word in enumerate(words):
            token = hand.tokens.get(word) or self._set(hand, word)
            if token is None:
                return None
            if word == _SPACE and 0 < index < len(words) - 1:
                gap = self._gap(hand, words[index + 1][-_REACH:], words[index - 1][:_REACH])
                if gap is None:
                    return None
                x += gap
            placed.append((x, token))
            x += token.width
        return _keep(hand.tokens, stretch, joined(placed))

    def _set(self, hand: Hand, text: str) -> Token | None:
        """A word or a letter, shaped now."""
        face = hand.face.face
        if not all(ord(char) in face.covered for char in text):
            return None
        run = shape_stretch(face, text, 0, len(text), hand.level)
        token = token_of(run, hand.face, hand.size_pt)
        return None if token is None else _keep(hand.tokens, text, token)

    def _kern(self, hand: Hand, pair: str) -> int | None:
        """What parts two letters further than their advances; None where they change each other otherwise."""
        if (found := hand.kerns.get(pair, _UNKNOWN)) == _UNKNOWN:
            found = _keep(hand.kerns, pair, kern_of(hand.face.face, pair))
        return found

    def _gap(self, hand: Hand, before: str, after: str) -> int | None:
        """How much wider than a space two words stand apart."""
        key = f"{before} {after}"
        if (found := hand.kerns.get(key, _UNKNOWN)) == _UNKNOWN:
            found = _keep(hand.kerns, key, gap_of(hand.face.face, before, after))
        return found

    def _hand(self, face: Face, level: int, size_pt: float) -> Hand:
        """What sets runs of one direction in a face at a size."""
        found = self._hands.get((face.key, size_pt, level))
        if found is None:
            kerns = self._kerns.setdefault(face.key, {})
            found = Hand.of(self._frozen(face), size_pt, level, kerns)
            self._hands[face.key, size_pt, level] = found
        return found

    def _frozen(self, face: Face) -> FrozenFace:
        found = self._by_key.get(face.key)
        if found is None:
            raise ValueUnfrozenError("a face")
        return found


@dataclass(frozen=True, slots=True)
class SlotSetter:
    """Sets values in one slot.

    Attributes:
        shown: What slots of its style and size have shown.
        name: The slot's.
        baseline: The end of the operator that begins a line at its place.
        leftwards: What part of its width a value begins left of the slot's `x`.
    """

    lettering: Lettering
    slot: TextSlot
    shown: dict[str, _Shown]
    name: str
    baseline: bytes
    leftwards: float

    def operators(self, text: str) -> bytes:
        """The operators of a value.

        Args:
            text: The value.

        Returns:
            The same operators that a sheet draws for the value shaped whole, with the shared fonts' codes.

        Raises:
            ValueUnfrozenError: The value needs a glyph that the shared fonts lack, or more room.
            UnprintableTextError: A character can't be printed.
        """
        shown = self.shown.get(text)
        slot = self.slot
        if shown is None:
            if not text or text.strip(_SPACE) != text:
                raise ValueUnfrozenError(slot.name)
            shown = _keep(self.shown, text, self.lettering.show(slot, text))
        width = shown.width * slot.size_pt / 1000
        if width > slot.width_pt:
            raise ValueUnfrozenError(slot.name)
        left = slot.x - width * self.leftwards
        return b"BT 1 0 0 1 %.2f%b%b" % (left, self.baseline, shown.code)


def _keep(kept: dict[str, _Value], key: str, value: _Value) -> _Value:
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = value
    return value


def _face_of(style: Style, script: Script | None) -> Face:
    """The face of a run as `choose_faces` finds it; None for digits and signs without any letter."""
    if script is None:
        arabic = style.direction is Direction.RTL and style.family is not Family.CODE
        script = Script.ARABIC if arabic else Script.LATIN
    if script is Script.TIFINAGH:
        return get_face("tifinagh")
    weight = "-bold" if style.bold else ""
    return get_face(f"arabic{weight}" if script is Script.ARABIC else f"{style.family}{weight}")
