"""A reportlab canvas that draws set text, with the fonts it used embedded and bytes that repeat."""

from datetime import datetime
from enum import StrEnum
from io import BytesIO
from types import SimpleNamespace

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.embedding import EmbeddedFace
from libs.ui.typeset.faces import Face
from libs.ui.typeset.shaping import Line, ShapedRun
from libs.ui.typeset.text import Setting

# What a page starts with in place of Helvetica, which PDF/A forbids because it isn't embedded.
_NO_FONT = SimpleNamespace(
    fontName="khadamaty-no-font",
    face=SimpleNamespace(name="khadamaty-no-font", builtIn=False),
    _multiByte=False,
    _dynamicFont=True,
)
# Differences of the pen below this many thousandths of the type size can't be seen.
_INVISIBLE_MOVE = 0.5


class Align(StrEnum):
    """What `x` is to a line."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Sheet(Canvas):  # type: ignore[misc]  # reportlab has no types
    """A document of A4 pages; the origin is the bottom left corner, lengths are points."""

    def __init__(self, *, title: str, author: str, language: str, made_at: datetime) -> None:
        """Start a document on its first page.

        Args:
            title: What a viewer shows as its name.
            author: Who issues it.
            language: The tag of its main language, such as ar-MA.
            made_at: The only time written into it, in UTC.
        """
        pdfmetrics.registerFont(_NO_FONT)
        super().__init__(
            BytesIO(),
            pagesize=A4,
            pageCompression=1,
            pdfVersion=(1, 7),
            invariant=1,
            lang=language,
            initialFontName=_NO_FONT.fontName,
        )
        self.setTitle(title)
        self.setAuthor(author)
        self.setCreator(author)
        self.setSubject(title)
        self.setDateFormatter(lambda *_: f"D:{made_at:%Y%m%d%H%M%S}+00'00'")
        self.setViewerPreference("DisplayDocTitle", "true")
        self._embedded: dict[Face, EmbeddedFace] = {}

    def finish(self) -> bytes:
        """The document's bytes: equal for equal drawings."""
        return bytes(self.getpdfdata())

    def draw_setting(
        self, setting: Setting, x: float, y: float, leading: float, align: Align | None = None
    ) -> float:
        """Draw the lines of a setting downwards.

        Args:
            setting: What is drawn.
            x: Left edge, right edge or middle, as `align` says.
            y: Baseline of the first line.
            leading: From one baseline to the next.
            align: None for the side where the text's direction begins.

        Returns:
            The baseline that a further line would have.
        """
        start = Align.RIGHT if setting.direction is Direction.RTL else Align.LEFT
        for line in setting.lines:
            self.draw_line(line, setting.size_pt, x, y, align or start)
            y -= leading
        return y

    def draw_line(self, line: Line, size_pt: float, x: float, y: float, align: Align) -> None:
        """Draw one line.

        Runs are written in reading order and the glyphs of a run from left to right, marked
        /ReversedChars where they read from right to left (ISO 32000-1, 14.8.2.3.3).
        """
        width = line.width * size_pt / 1000
        left = x - {Align.LEFT: 0.0, Align.CENTRE: width / 2, Align.RIGHT: width}[align]
        self._code.append(f"BT 1 0 0 1 {left:.2f} {y:.2f} Tm")
        pen = 0.0
        for run in sorted(line.runs, key=lambda each: each.start):
            pen = self._draw_run(run, size_pt, pen)
        self._code.append("ET")

    def _draw_run(self, run: ShapedRun, size_pt: float, pen: float) -> float:
        font = self._font(run.face)
        self._code.append(f"/{font.resource} {size_pt:g} Tf")
        if run.level % 2:
            self._code.append("/ReversedChars BMC")
        rise = 0.0
        pieces: list[str] = []
        for glyph in run.glyphs:
            wanted_rise = round(glyph.y * size_pt / 1000, 2)
            if wanted_rise != rise:
                self._show(pieces)
                self._code.append(f"{wanted_rise:g} Ts")
                rise = wanted_rise
            move = round(pen - run.x - glyph.x)
            if abs(move) >= _INVISIBLE_MOVE:
                pieces.append(f"{move}")
                pen -= move
            pieces.append(f"<{font.code(glyph.gid, glyph.text):04X}>")
            pen += font.advance(glyph.gid)
        self._show(pieces)
        if rise:
            self._code.append("0 Ts")
        if run.level % 2:
            self._code.append("EMC")
        return pen

    def _show(self, pieces: list[str]) -> None:
        if pieces:
            self._code.append(f"[{''.join(pieces).replace('><', '')}] TJ")
            pieces.clear()

    def _font(self, face: Face) -> EmbeddedFace:
        found = self._embedded.get(face)
        if found is None:
            found = self._embedded[face] = EmbeddedFace(face, f"T{len(self._embedded)}")
            self._doc.delayedFonts.append(found)
        return found
