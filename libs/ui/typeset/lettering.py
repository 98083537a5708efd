"""Values as content operators with shared fonts' codes, word by word where that gives the same as whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self, TypeVar

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.errors import ValueUnfrozenError
from libs.ui.typeset.faces import Face, Family, Script, get_face
from libs.ui.typeset.operators import run_operators
from libs.ui.typeset.shaping import shape_stretch
from libs.ui.typeset.slots import Align, Style, TextSlot
from libs.ui.typeset.tokens import EVEN, ODD, FrozenFace, Token, gap_of, kern_of, show_run, token_of

# Bounds what stays in memory of values that were printed before.
_MOST_KEPT = 2_048
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
_LATIN_LETTER = re.compile(f"[{_LATIN_LETTERS}]")
_LEFTWARDS = {Align.LEFT: 0.0, Align.CENTRE: 0.5, Align.RIGHT: 1.0}

# No kerning is as wide: it stands for a pair that was never looked up.
_UNKNOWN = -(10**9)
_Key = TypeVar("_Key")
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
        self._tokens: dict[tuple[str, int, float, str], Token | None] = {}
        self._kerns: dict[tuple[str, str], int | None] = {}
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
            found = self._show_latin(style, size_pt, text)
        else:
            found = None
        return found or self.show_whole(style, size_pt, text)

    def show_whole(self, style: Style, size_pt: float, text: str) -> _Shown:
        """A value shaped as one line, whatever it holds."""
        line = style.shape(text)
        return _Shown.of(run_operators(line, size_pt, self._frozen), line.width)

    def _show_arabic(self, style: Style, size_pt: float, text: str) -> _Shown | None:
        """Words and numbers side by side: the first run in reading order is the rightmost."""
        runs: list[tuple[FrozenFace, int, list[tuple[int, Token]], int]] = []
        for stretch in _RUNS.findall(text):
            level = EVEN if stretch[0].isdecimal() else ODD
            face = self._frozen(_face_of(style, Script.ARABIC if level == ODD else None))
            placed = self._place_words(face, level, size_pt, _WORDS.findall(stretch)[::-1])
            if placed is None:
                return None
            runs.append((face, level, *placed))
        x = width = sum(run_width for *_, run_width in runs)
        code: list[str] = []
        pen = 0
        for face, level, tokens, run_width in runs:
            x -= run_width
            pen = show_run(code, face, size_pt, level, x, tokens, pen)
        return _Shown.of(code, width)

    def _place_words(
        self, face: FrozenFace, level: int, size_pt: float, words: Sequence[str]
    ) -> tuple[list[tuple[int, Token]], int] | None:
        """Words and the spaces between them from left to right, and how wide they are together."""
        placed: list[tuple[int, Token]] = []
        x = 0
        for index, word in enumerate(words):
            token = self._token(face, level, size_pt, word)
            if token is None:
                return None
            if word == _SPACE and 0 < index < len(words) - 1:
                gap = self._gap(face, words[index + 1][-_REACH:], words[index - 1][:_REACH])
                if gap is None:
                    return None
                x += gap
            placed.append((x, token))
            x += token.width
        return placed, x

    def _show_latin(self, style: Style, size_pt: float, text: str) -> _Shown | None:
        """Letters side by side, as far apart as the font puts each pair of them."""
        face = self._frozen(_face_of(style, Script.LATIN if _LATIN_LETTER.search(text) else None))
        placed: list[tuple[int, Token]] = []
        x = 0
        before = ""
        for char in text:
            token = self._token(face, EVEN, size_pt, char)
            kern = self._kern(face, before + char) if before else 0
            if token is None or kern is None:
                return None
            x += kern
            placed.append((x, token))
            x += token.width
            before = char
        code: list[str] = []
        show_run(code, face, size_pt, EVEN, 0, placed, 0)
        return _Shown.of(code, x)

    def _token(self, face: FrozenFace, level: int, size_pt: float, text: str) -> Token | None:
        key = (face.resource, level, size_pt, text)
        found = self._tokens.get(key)
        if found is None and all(ord(char) in face.face.covered for char in text):
            found = token_of(shape_stretch(face.face, text, 0, len(text), level), face, size_pt)
            _keep(self._tokens, key, found)
        return found

    def _kern(self, face: FrozenFace, pair: str) -> int | None:
        """What parts two letters further than their advances; None where they change each other otherwise."""
        key = (face.resource, pair)
        if (found := self._kerns.get(key, _UNKNOWN)) == _UNKNOWN:
            found = kern_of(face.face, pair)
            _keep(self._kerns, key, found)
        return found

    def _gap(self, face: FrozenFace, before: str, after: str) -> int | None:
        """How much wider than a space two words stand apart."""
        key = (face.resource, f"{before} {after}")
        if (found := self._kerns.get(key, _UNKNOWN)) == _UNKNOWN:
            found = gap_of(face.face, before, after)
            _keep(self._kerns, key, found)
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
            shown = self.lettering.show(slot, text)
            _keep(self.shown, text, shown)
        width = shown.width * slot.size_pt / 1000
        if width > slot.width_pt:
            raise ValueUnfrozenError(slot.name)
        left = slot.x - width * self.leftwards
        return b"BT 1 0 0 1 %.2f%b%b" % (left, self.baseline, shown.code)


def _keep(kept: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = value


def _face_of(style: Style, script: Script | None) -> Face:
    """The face of a run as `choose_faces` finds it; None for digits and signs without any letter."""
    if script is None:
        arabic = style.direction is Direction.RTL and style.family is not Family.CODE
        script = Script.ARABIC if arabic else Script.LATIN
    weight = "-bold" if style.bold else ""
    return get_face(f"arabic{weight}" if script is Script.ARABIC else f"{style.family}{weight}")
