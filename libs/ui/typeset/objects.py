"""Objects of a PDF written as they stand, where reportlab has no class for them."""

import zlib
from collections.abc import Iterable

from reportlab.pdfbase import pdfdoc


class Written(pdfdoc.PDFObject):  # type: ignore[misc]  # reportlab has no types
    """An object in its own words; objects among the parts become references to them."""

    __RefOnly__ = 1

    def __init__(self, *parts: object) -> None:
        """Take the parts in order.

        Args:
            parts: ASCII text, or objects of the document.
        """
        self.parts = list(parts)

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """The object's bytes; reportlab calls this while it writes the file."""
        return written(self.parts, document)


class Stream(pdfdoc.PDFStream):  # type: ignore[misc]  # reportlab has no types
    """A stream with the end of line before `endstream` that PDF/A wants (ISO 19005-2, 6.1.7.1)."""

    def __init__(self, content: bytes, *, compressed: bool = True, **entries: object) -> None:
        """Take what the stream holds.

        Args:
            content: Its bytes before compression.
            compressed: False for what must be readable without a filter, such as XMP.
            entries: Further entries of its dictionary.
        """
        if compressed:
            entries["Filter"] = pdfdoc.PDFName("FlateDecode")
            content = zlib.compress(content, 9)
        super().__init__(dictionary=pdfdoc.PDFDictionary(entries), content=content)

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """The stream's bytes; reportlab calls this while it writes the file."""
        entries = pdfdoc.PDFDictionary({**self.dictionary.dict, "Length": len(self.content)})
        head = pdfdoc.format(entries, document)
        return b"".join((head, b"\nstream\n", self.content, b"\nendstream\n"))


def written(parts: Iterable[object], document: pdfdoc.PDFDocument) -> bytes:
    """The parts' bytes, with references in place of objects.

    Args:
        parts: ASCII text, or objects of the document.
        document: Whose objects they are or become.
    """
    return b"".join(
        pdfdoc.format(part, document) if isinstance(part, pdfdoc.PDFObject) else str(part).encode("ascii")
        for part in parts
    )


def text_string(text: str) -> str:
    """A text as a PDF string: UTF-16 with its mark, in hexadecimal (ISO 32000-1, 7.9.2.2)."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def names(**entries: str) -> dict[str, object]:
    """Entries of a dictionary whose values are names."""
    return {key: pdfdoc.PDFName(value) for key, value in entries.items()}
