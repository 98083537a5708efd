"""The Unicode Bidirectional Algorithm (UAX #9); its explicit controls are refused."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from libs.ui.typeset.errors import UnprintableTextError

# The pairs of BidiBrackets.txt, each opening bracket followed by its closing one.
_PAIRS = (
    "()[]{}\u0f3a\u0f3b\u0f3c\u0f3d\u169b\u169c⁅⁆⁽⁾₍₎⌈⌉⌊⌋❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟅⟆⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆⦇⦈⦉⦊⦋⦌⦍⦐⦏⦎⦑⦒⦓⦔⦕⦖⦗⦘"
    "⧘⧙⧚⧛⧼⧽⸢⸣⸤⸥⸦⸧⸨⸩\u2e55\u2e56\u2e57\u2e58\u2e59\u2e5a\u2e5b\u2e5c〈〉《》「」『』【】〔〕〖〗〘〙〚〛﹙﹚﹛﹜﹝﹞（）［］｛｝｟｠｢｣"
)
_CLOSING = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
_DEEPEST_BRACKETS = 63
_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_STRONG = {"L", "R", "EN", "AN"}
_OBJECT = "\ufffc"


class Direction(StrEnum):
    """The direction of a paragraph or of an isolated piece of it."""

    LTR = "ltr"
    RTL = "rtl"

    @property
    def level(self) -> int:
        """The embedding level of a paragraph in this direction."""
        return 1 if self is Direction.RTL else 0


@dataclass(frozen=True, slots=True)
class Isolate:
    """Characters `start` to `end` (not included) whose order is settled apart from their surroundings."""

    start: int
    end: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class LevelRun:
    """Neighbouring characters of one embedding level; an odd level reads right to left."""

    start: int
    end: int
    level: int


def resolve_levels(text: str, base: Direction, isolates: Sequence[Isolate] = ()) -> list[int]:
    """Embedding level of each character of a paragraph (rules W1 to I2).

    Args:
        text: One paragraph in logical order.
        base: The paragraph's direction.
        isolates: Pieces set apart as by LRI or RLI and PDI, in order and not nested.

    Returns:
        As many levels as characters. Line ends still need `close_line`.

    Raises:
        UnprintableTextError: An explicit control (LRE to PDI) stands in the text: it could make a
            certificate show another order than it holds.
    """
    if not isolates:
        return _Paragraph(text, base.level).levels()
    outer, kept = [], []
    position = 0
    for isolate in isolates:
        outer += [*text[position : isolate.start], _OBJECT]
        kept += [*range(position, isolate.start), isolate.start]
        position = isolate.end
    outer += text[position:]
    kept += range(position, len(text))
    levels = [0] * len(text)
    for index, level in zip(kept, _Paragraph("".join(outer), base.level).levels(), strict=True):
        levels[index] = level
    for isolate in isolates:
        wanted = isolate.direction.level
        embedding = base.level + (1 if (base.level + 1) % 2 == wanted else 2)
        inner = _Paragraph(text[isolate.start : isolate.end], wanted).levels()
        levels[isolate.start : isolate.end] = [level - wanted + embedding for level in inner]
    return levels


def close_line(text: str, levels: Sequence[int], base: Direction) -> list[int]:
    """Levels of one line after rule L1: separators and the white space at its end take the base level."""
    closed = list(levels)
    at_end = True
    for index in range(len(text) - 1, -1, -1):
        kind = unicodedata.bidirectional(text[index])
        if kind in {"B", "S"}:
            at_end = True
        elif kind not in {"WS", "BN"}:
            at_end = False
        if at_end:
            closed[index] = base.level
    return closed


def visual_runs(levels: Sequence[int]) -> list[LevelRun]:
    """Runs of one line from left to right (rule L2)."""
    runs: list[LevelRun] = []
    start = 0
    for index in range(1, len(levels) + 1):
        if index == len(levels) or levels[index] != levels[start]:
            runs.append(LevelRun(start, index, levels[start]))
            start = index
    lowest_odd = min((run.level for run in runs if run.level % 2), default=0)
    for level in range(max(levels, default=0), lowest_odd - 1 if lowest_odd else 0, -1):
        runs = _reverse_from(runs, level)
    return runs


def _reverse_from(runs: list[LevelRun], level: int) -> list[LevelRun]:
    ordered: list[LevelRun] = []
    pending: list[LevelRun] = []
    for run in runs:
        if run.level >= level:
            pending.insert(0, run)
        else:
            ordered += [*pending, run]
            pending = []
    return ordered + pending


class _Paragraph:
    """The types of one paragraph while the rules rewrite them; boundary neutrals stand aside (rule X9)."""

    def __init__(self, text: str, level: int) -> None:
        original = [unicodedata.bidirectional(char) or "L" for char in text]
        controls = {char for char, kind in zip(text, original, strict=True) if kind in _CONTROLS}
        if controls:
            raise UnprintableTextError(controls)
        self.length = len(text)
        self.level = level
        self.embedding = "R" if level else "L"
        self.places = [index for index, kind in enumerate(original) if kind != "BN"]
        self.chars = [text[index] for index in self.places]
        self.original = [original[index] for index in self.places]
        self.kinds = list(self.original)

    def levels(self) -> list[int]:
        self._marks()
        self._numbers_after_arabic()
        self._number_separators()
        self._number_terminators()
        self._numbers_after_latin()
        for opening, closing in self._bracket_pairs():
            self._resolve_pair(opening, closing)
        self._neutrals()
        levels = [-1] * self.length
        for place, kind in zip(self.places, self.kinds, strict=True):
            levels[place] = self._implicit(kind)
        for index in range(self.length):
            if levels[index] < 0:
                levels[index] = levels[index - 1] if index else self.level
        return levels

    def _marks(self) -> None:
        """W1: a mark takes the type of what it stands on."""
        previous = self.embedding
        for index, kind in enumerate(self.kinds):
            if kind == "NSM":
                self.kinds[index] = previous
            previous = self.kinds[index]

    def _numbers_after_arabic(self) -> None:
        """W2 and W3: European digits after an Arabic letter are Arabic numbers."""
        last = self.embedding
        for index, kind in enumerate(self.kinds):
            if kind in {"L", "R", "AL"}:
                last = kind
            elif kind == "EN" and last == "AL":
                self.kinds[index] = "AN"
        self.kinds = ["R" if kind == "AL" else kind for kind in self.kinds]

    def _number_separators(self) -> None:
        """W4: one separator between two numbers of a kind belongs to them."""
        for index in range(1, len(self.kinds) - 1):
            before, kind, after = self.kinds[index - 1 : index + 2]
            joins = before == after and (
                (kind == "ES" and before == "EN") or (kind == "CS" and before in {"EN", "AN"})
            )
            if joins:
                self.kinds[index] = before

    def _number_terminators(self) -> None:
        """W5 and W6: terminators beside European digits are digits, what remains is neutral."""
        for start, end in self._stretches({"ET"}):
            beside = (start and self.kinds[start - 1] == "EN") or self.kinds[end : end + 1] == ["EN"]
            if beside:
                self.kinds[start:end] = ["EN"] * (end - start)
        self.kinds = ["ON" if kind in {"ET", "ES", "CS"} else kind for kind in self.kinds]

    def _numbers_after_latin(self) -> None:
        """W7: European digits after a left-to-right letter read with it."""
        last = self.embedding
        for index, kind in enumerate(self.kinds):
            if kind in {"L", "R"}:
                last = kind
            elif kind == "EN" and last == "L":
                self.kinds[index] = "L"

    def _bracket_pairs(self) -> list[tuple[int, int]]:
        """BD16: pairs of brackets, sorted by their opening."""
        waiting: list[tuple[str, int]] = []
        pairs: list[tuple[int, int]] = []
        for index, char in enumerate(self.chars):
            if self.kinds[index] != "ON":
                continue
            bracket = unicodedata.normalize("NFC", char)
            if bracket in _CLOSING:
                if len(waiting) == _DEEPEST_BRACKETS:
                    return []
                waiting.append((bracket, index))
            elif bracket in _OPENING:
                depths = [depth for depth, (kind, _) in enumerate(waiting) if kind == _OPENING[bracket]]
                if depths:
                    pairs.append((waiting[depths[-1]][1], index))
                    del waiting[depths[-1] :]
        return sorted(pairs)

    def _resolve_pair(self, opening: int, closing: int) -> None:
        """N0: brackets follow what they hold, else what stands before them."""
        inside = {_as_strong(kind) for kind in self.kinds[opening + 1 : closing]} & {"L", "R"}
        if not inside:
            return
        direction = self.embedding
        if self.embedding not in inside:
            before = (_as_strong(kind) for kind in reversed(self.kinds[:opening]))
            direction = next((kind for kind in before if kind in {"L", "R"}), self.embedding)
        for bracket in (opening, closing):
            self.kinds[bracket] = direction
            for index in range(bracket + 1, len(self.kinds)):
                if self.original[index] != "NSM":
                    break
                self.kinds[index] = direction

    def _neutrals(self) -> None:
        """N1 and N2: neutrals between equals follow them, else the embedding."""
        for start, end in self._stretches(set(self.kinds) - _STRONG):
            before = _as_strong(self.kinds[start - 1]) if start else self.embedding
            after = _as_strong(self.kinds[end]) if end < len(self.kinds) else self.embedding
            self.kinds[start:end] = [before if before == after else self.embedding] * (end - start)

    def _implicit(self, kind: str) -> int:
        """I1 and I2: the level that a resolved type gets."""
        if self.level % 2:
            return self.level + (0 if kind == "R" else 1)
        return self.level + {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)

    def _stretches(self, kinds: set[str]) -> Iterator[tuple[int, int]]:
        start = 0
        while start < len(self.kinds):
            if self.kinds[start] not in kinds:
                start += 1
                continue
            end = start
            while end < len(self.kinds) and self.kinds[end] in kinds:
                end += 1
            yield start, end
            start = end


def _as_strong(kind: str) -> str:
    return "R" if kind in {"R", "EN", "AN"} else kind
