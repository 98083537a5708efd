"""The text of PDFs as four programs read it: pdfium, pdf.js, poppler and pypdf."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Final

import pypdf
import pypdfium2

from deploy.local.folders import cache_folder
from deploy.local.node import install_packages, node_command

PDFJS: Final = Path(__file__).with_name("pdfjs")
# Readers disagree on spaces, brackets and marks of direction: none is content.
_NO_CONTENT: Final = re.compile("[\\s()\\[\\]\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_TIMEOUT_S: Final = 300


class Extractor(StrEnum):
    """A program that reads a PDF's text; the value is the name people know it by."""

    PDFIUM = "pdfium (Chrome)"
    PDFJS = "pdf.js (Firefox)"
    PDFTOTEXT = "pdftotext"
    STRUCT_TEXT = "pdfinfo -struct-text"
    PYPDF = "pypdf"


def extract(extractor: Extractor, pdfs: Sequence[bytes]) -> list[str]:
    """The text of each file as one program reads it, a line of the page as a line."""
    return _READERS[extractor](pdfs)


def squeezed(text: str) -> str:
    """A text in Unicode's form NFC without spaces, brackets and marks of direction."""
    return _NO_CONTENT.sub("", unicodedata.normalize("NFC", text))


def squeezed_lines(text: str) -> list[str]:
    """The lines of a text, each squeezed, without the empty ones; quotes of poppler's tree are taken off."""
    lines = (line.strip() for line in text.splitlines())
    plain = (line[1:-1] if len(line) > 1 and line[0] == line[-1] == '"' else line for line in lines)
    return [kept for line in plain if (kept := squeezed(line))]


def _with_pdfium(pdfs: Sequence[bytes]) -> list[str]:
    texts = []
    for pdf in pdfs:
        with ExitStack() as stack:
            document = pypdfium2.PdfDocument(pdf)
            stack.callback(document.close)
            texts.append("\n".join(str(page.get_textpage().get_text_range()) for page in document))
    return texts


def _with_pypdf(pdfs: Sequence[bytes]) -> list[str]:
    return ["\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages) for pdf in pdfs]


def _with_pdfjs(pdfs: Sequence[bytes]) -> list[str]:
    why = "Installing pdf.js from npm (73 MB with its canvas), Firefox's reader of PDFs"
    library = install_packages(PDFJS, cache_folder() / "pdfjs", why) / "pdfjs-dist/legacy/build/pdf.mjs"
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{index}.pdf") for index in range(len(pdfs))]
        for path, pdf in zip(paths, pdfs, strict=True):
            path.write_bytes(pdf)
        command = [*node_command(), str(PDFJS / "extract.mjs"), str(library), *map(str, paths)]
        done = subprocess.run(command, capture_output=True, check=True, timeout=_TIMEOUT_S)
    texts: list[str] = json.loads(done.stdout)
    return texts


def _with_poppler(command: Sequence[str]) -> Callable[[Sequence[bytes]], list[str]]:
    def read(pdfs: Sequence[bytes]) -> list[str]:
        texts = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "page.pdf")
            for pdf in pdfs:
                path.write_bytes(pdf)
                whole = [str(path) if part == "FILE" else part for part in command]
                done = subprocess.run(whole, capture_output=True, check=True, timeout=_TIMEOUT_S)
                texts.append(done.stdout.decode())
        return texts

    return read


_READERS: Final[dict[Extractor, Callable[[Sequence[bytes]], list[str]]]] = {
    Extractor.PDFIUM: _with_pdfium,
    Extractor.PDFJS: _with_pdfjs,
    Extractor.PDFTOTEXT: _with_poppler(("pdftotext", "FILE", "-")),
    Extractor.STRUCT_TEXT: _with_poppler(("pdfinfo", "-struct-text", "FILE")),
    Extractor.PYPDF: _with_pypdf,
}
