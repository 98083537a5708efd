"""Reads a downloaded certificate back: its text by two readers, its QR code by a scanner."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Final

import pypdf
import pypdfium2
import zxingcpp

SCAN_SCALE: Final = 3
# Readers disagree on spaces and add marks of direction: neither is content.
_INVISIBLE: Final = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


def squeezed(text: str) -> str:
    """A text without spaces and marks of direction."""
    return _INVISIBLE.sub("", text)


def read_texts(pdf: bytes) -> list[str]:
    """The first page's text as pypdf and as pdfium read it, squeezed."""
    with_pypdf = pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()
    document = pypdfium2.PdfDocument(pdf)
    try:
        with_pdfium = str(document[0].get_textpage().get_text_range())
    finally:
        document.close()
    return [squeezed(with_pypdf), squeezed(with_pdfium)]


def scan_qr(pdf: bytes) -> str:
    """What a telephone reads off the printed page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=SCAN_SCALE).to_pil()
    finally:
        document.close()
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)
