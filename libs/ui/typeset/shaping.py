"""Paragraphs of mixed scripts, cut into lines and shaped by HarfBuzz into placed glyphs."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import uharfbuzz as hb

from libs.ui.typeset.bidi import Direction, Isolate, LevelRun, close_line, resolve_levels, visual_runs
from libs.ui.typeset.faces import Face, Family, Script, check_printable, choose_faces

_LANGUAGES = {Script.ARABIC: "ar", Script.LATIN: "fr", Script.TIFINAGH: "zgh"}
# A glyph that helps another to be drawn stands for no text of its own, yet PDF/UA wants text for each code.
_NO_TEXT = "\u200d"
# As many characters on each side as HarfBuzz looks at to join letters across styles.
_CONTEXT = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a paragraph in one style; `isolate` sets its order apart (codes, dates, names)."""

    text: str
    bold: bool = False
    family: Family = Family.TEXT
    isolate: Direction | None = None


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph, with the text that it stands for and its place in thousandths of the type size."""

    gid: int
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class ShapedRun:
    """Glyphs of one face and level, from left to right; `start` is its place in the text."""

    face: Face
    start: int
    level: int
    glyphs: tuple[Glyph, ...]
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One shaped line: runs from left to right, lengths in thousandths of the type size.

    Attributes:
        width: Of what is seen: without the space that parts the line from the next.
        lead: How far that space reaches out at the left, where the paragraph reads from right to left.
    """

    text: str
    runs: tuple[ShapedRun, ...]
    width: float
    lead: float = 0.0


class Paragraph:
    """A paragraph with its levels resolved, from which lines can be cut."""

    def __init__(self, spans: Sequence[Span], direction: Direction) -> None:
        """Resolve the order of a paragraph.

        Args:
            spans: Its pieces in logical order; they are brought to Unicode's form NFC.
            direction: The direction of the whole.

        Raises:
            UnprintableTextError: A character has no visible form.
        """
        texts = [unicodedata.normalize("NFC", span.text) for span in spans]
        self.text = "".join(texts)
        check_printable(self.text)
        self.direction = direction
        self._styles = [span for span, text in zip(spans, texts, strict=True) for _ in text]
        isolates = []
        position = 0
        for span, text in zip(spans, texts, strict=True):
            if span.isolate and text:
                isolates.append(Isolate(position, position + len(text), span.isolate))
            position += len(text)
        self._levels = resolve_levels(self.text, direction, isolates)

    def cut_before(self, start: int, end: int) -> Line:
        """Shape a line that others follow, with its space, which keeps words apart for who hears the page.

        Args:
            start: The first character.
            end: After the last one that is seen.

        Raises:
            UnprintableTextError: No face draws one of the characters.
        """
        if self.text[end : end + 1] != " ":
            return self.cut(start, end)
        line = self.cut(start, end + 1)
        last = max(line.runs, key=lambda run: run.start)
        space = last.glyphs[0] if last.level % 2 else last.glyphs[-1]
        reach = last.face.advances[space.gid]
        lead = reach if self.direction is Direction.RTL else 0
        return Line(line.text, line.runs, line.width - reach, lead)

    def cut(self, start: int = 0, end: int | None = None) -> Line:
        """Shape the characters `start` to `end` (not included) as one line.

        Raises:
            UnprintableTextError: No face draws one of the characters.
        """
        end = len(self.text) if end is None else end
        text = self.text[start:end]
        runs: list[ShapedRun] = []
        x = 0.0
        for run in visual_runs(close_line(text, self._levels[start:end], self.direction)):
            placed = LevelRun(run.start + start, run.end + start, run.level)
            for face, first, last in self._itemise(placed):
                shaped = shape_stretch(face, self.text, first, last, run.level, x)
                runs.append(shaped)
                x += shaped.width
        return Line(text, tuple(runs), x)

    def _itemise(self, run: LevelRun) -> list[tuple[Face, int, int]]:
        """Stretches of one face within a run, from left to right."""
        stretches = []
        for start, end in self._same_style(run):
            style = self._styles[start]
            faces = choose_faces(
                self.text[start:end],
                right_to_left=bool(run.level % 2),
                default=Script.ARABIC if self.direction is Direction.RTL else Script.LATIN,
                bold=style.bold,
                family=style.family,
            )
            position = start
            for face, group in groupby(faces):
                length = len(list(group))
                stretches.append((face, position, position + length))
                position += length
        return stretches[::-1] if run.level % 2 else stretches

    def _same_style(self, run: LevelRun) -> Iterator[tuple[int, int]]:
        position = run.start
        styles = self._styles[run.start : run.end]
        for _, group in groupby(styles, key=lambda span: (span.bold, span.family)):
            length = len(list(group))
            yield position, position + length
            position += length


def shape_stretch(face: Face, text: str, start: int, end: int, level: int, x: float = 0.0) -> ShapedRun:
    """Shape the characters `start` to `end` (not included) of a text in one face.

    The text around them is given to HarfBuzz for joining across styles.

    Args:
        face: What draws them.
        text: The paragraph.
        start: The first character.
        end: After the last one.
        level: Their embedding level.
        x: Where they begin on their line.

    Returns:
        Their glyphs, placed.
    """
    buffer = hb.Buffer()
    before = max(0, start - _CONTEXT)
    points = [ord(char) for char in text[before : end + _CONTEXT]]
    buffer.add_codepoints(points, start - before, end - start)
    buffer.direction = "rtl" if level % 2 else "ltr"
    buffer.script = face.script.value
    buffer.language = _LANGUAGES[face.script]
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    hb.shape(face.font, buffer)
    infos = buffer.glyph_infos
    texts = _texts(text, [before + info.cluster for info in infos], end, level)
    glyphs = []
    pen = 0.0
    for info, part, place in zip(infos, texts, buffer.glyph_positions, strict=True):
        at = (pen + place.x_offset * face.scale, place.y_offset * face.scale)
        glyphs.append(Glyph(info.codepoint, part, *at))
        pen += place.x_advance * face.scale
    return ShapedRun(face, start, level, tuple(glyphs), x, pen)


def _texts(text: str, clusters: Sequence[int], end: int, level: int) -> list[str]:
    """What each glyph stands for: the glyph that is logically first carries its cluster's text."""
    starts = sorted(set(clusters))
    following = dict(zip(starts, [*starts[1:], end], strict=True))
    texts = [_NO_TEXT] * len(clusters)
    seen = set()
    for index in range(len(clusters) - 1, -1, -1) if level % 2 else range(len(clusters)):
        cluster = clusters[index]
        if cluster not in seen:
            texts[index] = text[cluster : following[cluster]]
            seen.add(cluster)
    return texts
