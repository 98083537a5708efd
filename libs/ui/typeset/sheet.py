"""A reportlab canvas that draws set text, tagged, with the fonts it used embedded and bytes that repeat."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from types import SimpleNamespace

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from libs.ui.typeset.archive import (
    Evidence,
    Facts,
    Information,
    SignatureField,
    add_evidence,
    make_archivable,
    make_signature,
)
from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.embedding import EmbeddedFace
from libs.ui.typeset.errors import ValueUnfrozenError
from libs.ui.typeset.faces import Face
from libs.ui.typeset.objects import Stream, Written
from libs.ui.typeset.operators import line_operators
from libs.ui.typeset.shaping import Line
from libs.ui.typeset.slots import Align, PictureSlot, TextSlot
from libs.ui.typeset.structure import Structure, Tag, page_reference
from libs.ui.typeset.text import Setting

__all__ = ["Align", "Sheet"]

# What a page starts with in place of Helvetica, which PDF/A forbids because it isn't embedded.
_NO_FONT = SimpleNamespace(
    fontName="khadamaty-no-font",
    face=SimpleNamespace(name="khadamaty-no-font", builtIn=False),
    _multiByte=False,
    _dynamicFont=True,
)
# Stands in the drawing's code where a value goes; a line of its own that no operator resembles.
_HOLE = "%hole"


class Sheet(Canvas):  # type: ignore[misc]  # reportlab has no types
    """A document of pages; the origin is the bottom left corner, lengths are points.

    A tagged sheet is PDF/A-2a and PDF/UA-1: each text and picture stands within `tagged`, everything else
    within `artifact`. With `holes`, a sheet is what many documents share: `draw_value` and `draw_picture`
    draw nothing but note their slot in `holes`, and the page's /Contents is an array of pieces that takes
    turns between what is drawn and one empty stream for each hole, in the order of `holes`.
    """

    def __init__(
        self,
        *,
        title: str,
        author: str,
        language: str,
        made_at: datetime,
        size: tuple[float, float] = A4,
        tagged: bool = False,
        holes: bool = False,
    ) -> None:
        """Start a document on its first page.

        Args:
            title: What a viewer shows as its name.
            author: Who issues it.
            language: The tag of its main language, such as ar-MA.
            made_at: The only time written into it, in UTC.
            size: Width and height of its pages.
            tagged: Writes structure, metadata and output intent.
            holes: Leaves out what changes from one document to the next.
        """
        pdfmetrics.registerFont(_NO_FONT)
        super().__init__(
            BytesIO(),
            pagesize=size,
            pdfVersion=(1, 7),
            invariant=1,
            lang=language,
            initialFontName=_NO_FONT.fontName,
        )
        self._facts = Facts(title, author, language, made_at)
        self._doc.info = Information(self._facts)
        self.setViewerPreference("DisplayDocTitle", "true")
        self._embedded: dict[Face, EmbeddedFace] = {}
        self._structure = Structure(language) if tagged else None
        self._frozen = holes
        self._signature: SignatureField | None = None
        self.holes: list[TextSlot | PictureSlot] = []

    def finish(self) -> bytes:
        """The document's bytes: equal for equal drawings."""
        if self._code:
            self.showPage()
        if self._structure:
            self._close_document(self._structure)
        return bytes(self.getpdfdata())

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """End the page and begin the next."""
        if self._structure:
            self._structure.close(self._code)
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.Contents = _contents(page.stream)
        if self._structure:
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
            page.StructParents = self._structure.end_page()
            page.Tabs = pdfdoc.PDFName("S")

    @contextmanager
    def tagged(self, tag: Tag) -> Iterator[None]:
        """What is drawn meanwhile is an element; elements within it are its parts, in reading order."""
        if self._structure is None:
            yield
            return
        self._structure.begin(tag, self._code)
        yield
        self._structure.end(self._code)

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn meanwhile is decoration."""
        if self._structure is None:
            yield
            return
        with self._structure.artifact(self._code):
            yield

    def sign_here(self, field: SignatureField, evidence: Evidence | None = None) -> None:
        """Leave room for one signature over the whole document; it shows nothing on the page.

        Args:
            field: What the signature is.
            evidence: What is written beside it, or None where nothing is known yet.
        """
        self._signature = field
        if evidence:
            add_evidence(self._doc.Catalog, evidence)

    def embed(self, face: Face) -> EmbeddedFace:
        """The face in this document; codes that are asked for before anything is drawn come first."""
        found = self._embedded.get(face)
        if found is None:
            found = self._embedded[face] = EmbeddedFace(face, f"T{len(self._embedded)}")
            self._doc.delayedFonts.append(found)
        return found

    def draw_value(self, slot: TextSlot, line: Line) -> None:
        """Draw a value that fits its slot, or leave the slot free.

        Args:
            slot: Where it stands.
            line: The value, shaped in the slot's style.
        """
        self._mark()
        if self._frozen:
            self._leave(slot)
        else:
            self.draw_line(line, slot.size_pt, slot.x, slot.y, slot.align)

    def draw_picture(self, slot: PictureSlot, draw: Callable[[], None]) -> None:
        """Draw a picture that changes from one document to the next, or leave its slot free.

        Args:
            slot: Where it stands.
            draw: Draws it there with this sheet's own operators.
        """
        self._mark()
        if self._frozen:
            self._leave(slot)
        else:
            draw()

    def refuse_frozen(self, name: str) -> None:
        """Say that a value stands elsewhere than in its slot.

        Args:
            name: The slot's name.

        Raises:
            ValueUnfrozenError: Values are left out of this sheet, so nothing may depend on them.
        """
        if self._frozen:
            raise ValueUnfrozenError(name)

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
        """Draw one line."""
        self._mark()
        width = line.width * size_pt / 1000
        left = x - {Align.LEFT: 0.0, Align.CENTRE: width / 2, Align.RIGHT: width}[align]
        left -= line.lead * size_pt / 1000
        self._code += line_operators(line, size_pt, left, y, self.embed)

    def _mark(self) -> None:
        if self._structure:
            self._structure.mark(self._code)

    def _leave(self, slot: TextSlot | PictureSlot) -> None:
        self.holes.append(slot)
        self._code.append(_HOLE)

    def _close_document(self, structure: Structure) -> None:
        catalog = self._doc.Catalog
        make_archivable(catalog, self._facts)
        if self._signature:
            page = page_reference(0)
            widget = make_signature(catalog, self._signature, page, self._facts.made_at)
            key = structure.add_object(Tag("Form", alt=self._signature.alt), widget, 0)
            widget.parts.append(f" /StructParent {key} >>")
            first = self._doc.idToObject["Page1"]
            first.Annots = Written("[", widget, "]")
        catalog.StructTreeRoot = structure.finish()


def _contents(code: str) -> object:
    """The stream of a page, or the array of its pieces."""
    *pieces, last = code.split(f"{_HOLE}\n")
    if not pieces:
        return Stream(last.encode("ascii"))
    parts: list[object] = ["["]
    for piece in pieces:
        parts += [Stream(piece.encode("ascii")), " ", Stream(b""), " "]
    return Written(*parts, Stream(last.encode("ascii")), "]")
