"""Reads a page's table back from its PDF: what a reader of the file is told, not what was meant."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial

_OFFSET = re.compile(rb"^(\d{10}) \d{5} n", re.MULTILINE)
_NUMBER = re.compile(rb"(\d+) 0 obj")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_FONT = re.compile(rb"/(\w+) (\d+) 0 R")
_SHOWN_BY = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_ROLE = re.compile(rb"/S /(\w+)")
_KIDS = re.compile(rb"/K \[([^\]]*)\]")
_KID = re.compile(rb"(\d+) 0 R|(\d+)")
_HEX = re.compile(rb"<([0-9A-F]+)>")
_STEP = re.compile(
    rb"/MCID (?P<mcid>\d+)\s*>>\s*BDC|/ReversedChars (?P<reversed>BMC)|(?P<begin>B[DM]C)|(?P<end>EMC)"
    rb"|/(?P<font>\w+) [\d.]+ Tf|\[(?P<shown>[^\]]*)\] TJ"
)


def read_rows(pdf: bytes) -> tuple[tuple[str, ...], ...]:
    """The cells of each row of a tagged page's table, in the order in which they are read aloud.

    Args:
        pdf: A file as `libs.ui.typeset` writes it.

    Returns:
        For each row the text of its cells; the lines of a cell are parted by line ends.
    """
    objects = _objects(pdf)
    texts: dict[int, str] = {}
    for page in objects.values():
        if b"/Type /Page\n" in page or page.rstrip().endswith(b"/Type /Page\n>>"):
            texts |= _marked_texts(objects, page)
    return tuple(
        tuple("\n".join(_lines(objects, texts, cell)) for cell in _references(row))
        for row in objects.values()
        if _role(row) == b"TR"
    )


def _objects(pdf: bytes) -> dict[int, bytes]:
    """Every object of a file by its number, found through the file's own table of offsets."""
    table = pdf[int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0]) :]
    starts = sorted(int(found.group(1)) for found in _OFFSET.finditer(table))
    objects = {}
    for start, end in zip(starts, [*starts[1:], len(pdf)], strict=True):
        found = _NUMBER.match(pdf, start)
        if found is not None:
            objects[int(found.group(1))] = pdf[found.end() : end]
    return objects


def _role(element: bytes) -> bytes:
    found = _ROLE.search(element) if b"/StructElem" in element else None
    return found.group(1) if found else b""


def _references(element: bytes) -> Iterator[int]:
    found = _KIDS.search(element)
    return (int(kid.group(1)) for kid in _REFERENCE.finditer(found.group(1) if found else b""))


def _lines(objects: Mapping[int, bytes], texts: Mapping[int, str], number: int) -> Iterator[str]:
    """The texts of an element's pieces, those of the elements within it included."""
    found = _KIDS.search(objects[number])
    for kid in _KID.finditer(found.group(1) if found else b""):
        if kid.group(1):
            yield from _lines(objects, texts, int(kid.group(1)))
        else:
            yield texts[int(kid.group(2))]


def _marked_texts(objects: Mapping[int, bytes], page: bytes) -> dict[int, str]:
    """The text of each marked piece of a page.

    A run that reads from right to left is written from left to right and marked as such (ISO 32000-1,
    14.8.2.3.3): its glyphs are turned round when it ends.
    """
    fonts = _fonts(objects, page)
    pieces: dict[int, list[str]] = {}
    written: list[str] = []
    ends: list[Callable[[], None]] = []
    shows: Mapping[bytes, str] = {}
    for step in _STEP.finditer(_contents(objects, page)):
        kind, value = step.lastgroup, step.group(step.lastgroup or 0)
        if kind == "font":
            shows = fonts[value]
        elif kind == "shown":
            written += _shown(value, shows)
        elif kind == "mcid":
            written = pieces.setdefault(int(value), [])
            ends.append(_nothing)
        elif kind == "reversed":
            ends.append(partial(_turn_round, written, len(written)))
        elif kind == "begin":
            written = []
            ends.append(_nothing)
        else:
            ends.pop()()
    return {piece: "".join(shown) for piece, shown in pieces.items()}


def _turn_round(written: list[str], start: int) -> None:
    written[start:] = reversed(written[start:])


def _nothing() -> None:
    return


def _shown(operand: bytes, shows: Mapping[bytes, str]) -> list[str]:
    codes = b"".join(_HEX.findall(operand))
    return [shows.get(codes[place : place + 4], "") for place in range(0, len(codes), 4)]


def _contents(objects: Mapping[int, bytes], page: bytes) -> bytes:
    """The drawing operators of a page, its pieces joined."""
    held = page[page.index(b"/Contents") :]
    held = objects[number] if (number := _first(held)) and b"stream" not in objects[number] else held
    pieces = held[: held.find(b"]") if b"[" in held[:16] else None]
    numbers = [int(found.group(1)) for found in _REFERENCE.finditer(pieces)]
    return b"\n".join(_stream(objects[each]) for each in (numbers if b"[" in held[:16] else numbers[:1]))


def _fonts(objects: Mapping[int, bytes], page: bytes) -> dict[bytes, Mapping[bytes, str]]:
    """What each code of each of the page's fonts stands for."""
    named = objects[_first(page[page.index(b"/Font ") :])]
    return {found.group(1): _letters(objects, int(found.group(2))) for found in _FONT.finditer(named)}


def _letters(objects: Mapping[int, bytes], number: int) -> Mapping[bytes, str]:
    font = objects[number]
    table = _stream(objects[_first(font[font.index(b"/ToUnicode") :])])
    return {
        found.group(1): bytes.fromhex(found.group(2).decode()).decode("utf-16-be")
        for found in _SHOWN_BY.finditer(table)
    }


def _first(text: bytes) -> int:
    found = _REFERENCE.search(text)
    return int(found.group(1)) if found else 0


def _stream(held: bytes) -> bytes:
    start = held.index(b"stream") + len(b"stream")
    body = held[start : held.rindex(b"endstream")].lstrip(b"\r\n")
    return zlib.decompress(body) if b"/FlateDecode" in held[:start] else body
