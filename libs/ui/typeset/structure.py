"""The structure of a tagged PDF: what each piece of a page is, in the order in which it is read aloud."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reportlab.pdfbase import pdfdoc

from libs.ui.typeset.errors import UntaggedError
from libs.ui.typeset.objects import Written, text_string, written


@dataclass(frozen=True, slots=True)
class Tag:
    """What an element of a page is (ISO 32000-1, 14.8.4).

    Attributes:
        role: A standard structure type such as H1, P, Table, TR, TH, TD, Figure.
        lang: The language's tag where it isn't that of the elements around.
        scope: Of a header cell: Row or Column.
        alt: What is read aloud in place of a figure.
        box: Of a figure: left, bottom, right, top in points.
    """

    role: str
    lang: str | None = None
    scope: str | None = None
    alt: str | None = None
    box: tuple[float, float, float, float] | None = None


class Element(pdfdoc.PDFObject):  # type: ignore[misc]  # reportlab has no types
    """A structure element of a document."""

    __RefOnly__ = 1

    def __init__(self, tag: Tag, parent: pdfdoc.PDFObject) -> None:
        """Start without content.

        Args:
            tag: What it is.
            parent: The element around it, or the tree's root.
        """
        self.tag = tag
        self.parent = parent
        self.kids: list[Element | tuple[int, int] | pdfdoc.PDFObject] = []

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """The element's bytes; reportlab calls this while it writes the file."""
        pages = [kid[0] for kid in self.kids if isinstance(kid, tuple)]
        parts: list[object] = [f"<< /Type /StructElem /S /{self.tag.role} /P ", self.parent]
        if pages:
            parts += [" /Pg ", page_reference(pages[0])]
        parts += [" /K [", *self._kids(pages), "]", *self._attributes(), " >>"]
        return written(parts, document)

    def _kids(self, pages: list[int]) -> Iterator[object]:
        for index, kid in enumerate(self.kids):
            if index:
                yield " "
            if not isinstance(kid, tuple):
                yield kid
            elif kid[0] == pages[0]:
                yield str(kid[1])
            else:
                yield "<< /Type /MCR /Pg "
                yield page_reference(kid[0])
                yield f" /MCID {kid[1]} >>"

    def _attributes(self) -> Iterator[str]:
        tag = self.tag
        if tag.lang:
            yield f" /Lang ({tag.lang})"
        if tag.alt:
            yield f" /Alt {text_string(tag.alt)}"
        if tag.scope:
            yield f" /A << /O /Table /Scope /{tag.scope} >>"
        if tag.box:
            edges = " ".join(f"{edge:.2f}" for edge in tag.box)
            yield f" /A << /O /Layout /Placement /Block /BBox [{edges}] >>"


class Structure:
    """The tree of one document while its pages are drawn; says what to write around each drawing."""

    def __init__(self, language: str) -> None:
        """Start with an empty document element.

        Args:
            language: The document's main language.
        """
        self.root = Written()
        self.document = Element(Tag("Document", lang=language), self.root)
        self._path = [self.document]
        self._pages: list[list[Element]] = []
        self._owners: list[Element] = []
        self._objects: list[tuple[int, Element]] = []
        self._open = False
        self._artifact = False

    def end_page(self) -> int:
        """Go on to the next page; gives the key of the one that ends in the tree."""
        self._pages.append(self._owners)
        self._owners = []
        return len(self._pages) - 1

    def begin(self, tag: Tag, code: list[str]) -> None:
        """What is drawn until `end` belongs to an element."""
        self.close(code)
        element = Element(tag, self._path[-1])
        self._path[-1].kids.append(element)
        self._path.append(element)

    def end(self, code: list[str]) -> None:
        """Go back to the element around."""
        self.close(code)
        self._path.pop()

    @contextmanager
    def artifact(self, code: list[str]) -> Iterator[None]:
        """What is drawn meanwhile, on one page, is decoration, which no one reads aloud."""
        if self._artifact:
            yield
            return
        self.close(code)
        code.append("/Artifact << /Type /Layout >> BDC")
        self._artifact = True
        yield
        self._artifact = False
        code.append("EMC")

    def mark(self, code: list[str]) -> None:
        """Begin the content of the element around, unless it has begun.

        Raises:
            UntaggedError: No element and no artifact is around.
        """
        if self._open or self._artifact:
            return
        element = self._path[-1]
        if element is self.document:
            raise UntaggedError("something is drawn that belongs to no element")
        element.kids.append((len(self._pages), len(self._owners)))
        code.append(f"/{element.tag.role} << /MCID {len(self._owners)} >> BDC")
        self._owners.append(element)
        self._open = True

    def close(self, code: list[str]) -> None:
        """End the content that `mark` began."""
        if self._open:
            code.append("EMC")
            self._open = False

    def add_object(self, tag: Tag, thing: pdfdoc.PDFObject, page: int) -> int:
        """An element whose content is an object of a page, such as a widget.

        Args:
            tag: What it is.
            thing: The object.
            page: The page that it is on, counted from 0; all pages have ended.

        Returns:
            The object's key in the tree.
        """
        element = Element(tag, self.document)
        element.kids.append(Written("<< /Type /OBJR /Obj ", thing, " /Pg ", page_reference(page), " >>"))
        self.document.kids.append(element)
        key = len(self._pages) + len(self._objects)
        self._objects.append((key, element))
        return key

    def finish(self) -> Written:
        """The root of the tree, with the way back from content to elements."""
        parts: list[object] = ["<< /Nums ["]
        for page, owners in enumerate(self._pages):
            parts.append(f"{page} [")
            for owner in owners:
                parts += [owner, " "]
            parts.append("] ")
        for key, element in self._objects:
            parts += [f"{key} ", element, " "]
        parents = Written(*parts, "] >>")
        following = len(self._pages) + len(self._objects)
        self.root.parts = [
            "<< /Type /StructTreeRoot /K ",
            self.document,
            " /ParentTree ",
            parents,
            f" /ParentTreeNextKey {following} >>",
        ]
        return self.root


def page_reference(page: int) -> pdfdoc.PDFObjectReference:
    """A reference to a page counted from 0, by the name that reportlab gives it."""
    return pdfdoc.PDFObjectReference(f"Page{page + 1}")
