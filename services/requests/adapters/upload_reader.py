"""The program, run apart and bounded, that opens an upload and answers with what is to be kept of it."""

from __future__ import annotations

import json
import resource
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from struct import error as StructError  # noqa: N812 - the module's name for it hides what it is
from typing import Final

from PIL import Image, ImageOps
from pypdf import Configuration, PageObject, PdfReader, PdfWriter, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
MOST_PAGES: Final = 60
LONGEST_SIDE_PX: Final = 4000

_PDF, _JPEG, _PNG = "application/pdf", "image/jpeg", "image/png"
_MAGIC: Final = {b"%PDF-": _PDF, b"\xff\xd8\xff": _JPEG, b"\x89PNG\r\n\x1a\n": _PNG}
_MOST_OBJECTS: Final = 50_000
_MOST_UNPACKED_BYTES: Final = 40_000_000
_LIMITS: Final = Configuration(
    maximum_declared_stream_length=MOST_BYTES,
    array_based_stream_maximum_output_length=_MOST_UNPACKED_BYTES,
    lzw_maximum_output_length=_MOST_UNPACKED_BYTES,
    run_length_maximum_output_length=_MOST_UNPACKED_BYTES,
    zlib_maximum_output_length=_MOST_UNPACKED_BYTES,
    page_tree_maximum_entries=1000,
    jbig2dec_binary=None,
)
_MEMORY_BYTES: Final = 1 << 30
_CPU_S: Final = 15
_OPEN_FILES: Final = 64
_UNPACKED_HERE: Final = frozenset({
    "/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/ASCII85Decode", "/A85",
    "/ASCIIHexDecode", "/AHx",
})  # fmt: skip
# What a broken file makes of the readers' inner workings comes through as it is.
_BROKEN: Final = (
    PyPdfError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    StructError,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)
_LEFT_BEHIND: Final = ("/AA", "/Annots", "/Metadata", "/PieceInfo", "/Thumb", "/B")


class Refused(Exception):
    """The upload isn't kept.

    Attributes:
        why: `type`, `damaged`, `locked`, `pages`, `pixels`, `size` or `heavy`.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Reading:
    """What is kept of an upload."""

    content: bytes
    media_type: str
    pages: int


def read_upload(content: bytes) -> Reading:
    """Read an upload by its bytes alone, within limits of size but not of time: call it in a bounded process.

    A picture is drawn anew and a PDF keeps its pages alone, so that scripts, attachments, places and whatever
    else was hidden in the upload stay behind.

    Raises:
        Refused: It is no PDF, JPEG or PNG, damaged, locked, or beyond a limit.
    """
    if len(content) > MOST_BYTES:
        raise Refused("size")
    media_type = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if media_type is None:
        raise Refused("type")
    try:
        reading = _read_pdf(content) if media_type == _PDF else _read_picture(content, media_type)
    except (LimitReachedError, MemoryError, RecursionError) as error:
        raise Refused("heavy") from error
    except _BROKEN as error:
        raise Refused("damaged") from error
    if len(reading.content) > MOST_BYTES:
        raise Refused("size")
    return reading


def _read_picture(content: bytes, media_type: str) -> Reading:
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused("pixels")
        drawn = ImageOps.exif_transpose(_plain(opened))
    drawn.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    if drawn.mode == "RGBA":
        drawn = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("RGB")
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    kept = BytesIO()
    if media_type == _JPEG:
        clean.save(kept, "JPEG", quality=88)
    else:
        clean.save(kept, "PNG")
    return Reading(kept.getvalue(), media_type, 1)


def _plain(picture: Image.Image) -> Image.Image:
    """In grey, in colour, or in colour with transparency, how it was held stays known."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        mode = "RGBA"
    else:
        mode = "L" if picture.mode in {"1", "L", "I", "I;16"} else "RGB"
    plain = picture.convert(mode)
    plain.info = picture.info
    return plain


def _read_pdf(content: bytes) -> Reading:
    with apply_configuration(_LIMITS):
        return _read_pages(PdfReader(BytesIO(content)))


def _read_pages(reader: PdfReader) -> Reading:
    if reader.is_encrypted:
        raise Refused("locked")
    count = reader.get_num_pages()
    if count == 0:
        raise Refused("damaged")
    if count > MOST_PAGES:
        raise Refused("pages")
    writer = PdfWriter()
    for page in reader.pages:
        _strip(page)
        for stream in _streams_of(page):
            _check(stream)
        writer.add_page(page)
    writer.metadata = None
    kept = BytesIO()
    writer.write(kept)
    return Reading(kept.getvalue(), _PDF, count)


def _strip(page: PageObject) -> None:
    for name in _LEFT_BEHIND:
        page.pop(name, None)


def _streams_of(page: PageObject) -> Iterator[StreamObject]:
    """Every stream that the page reaches, each once."""
    waiting: list[PdfObject] = [value for name, value in page.items() if name != "/Parent"]
    seen: set[tuple[int, int]] = set()
    visited = 0
    while waiting:
        found: PdfObject | None = waiting.pop()
        visited += 1
        if visited > _MOST_OBJECTS:
            raise Refused("heavy")
        if isinstance(found, IndirectObject):
            place = (found.idnum, found.generation)
            if place in seen:
                continue
            seen.add(place)
            found = found.get_object()
        if isinstance(found, StreamObject):
            yield found
        if isinstance(found, DictionaryObject):
            waiting += [value for name, value in found.items() if name not in {"/Parent", "/P"}]
        elif isinstance(found, ArrayObject):
            waiting += list(found)


def _check(stream: StreamObject) -> None:
    """Unpack a stream once, under the limits; a picture's size is read from what it says of itself."""
    if stream.get("/Subtype") == "/Image":
        width, height = (int(str(stream[side])) for side in ("/Width", "/Height"))
        if width * height > MOST_PIXELS:
            raise Refused("pixels")
    named = stream.get("/Filter", ArrayObject())
    packings = [str(one.get_object()) for one in named] if isinstance(named, ArrayObject) else [str(named)]
    if _UNPACKED_HERE.issuperset(packings):
        stream.get_data()


def _bound() -> None:
    """Give up the means to harm: memory, time, files, other processes."""
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    """Read one upload from standard input; answer with a line of JSON and, behind it, the bytes to keep."""
    _bound()
    try:
        reading = read_upload(sys.stdin.buffer.read(MOST_BYTES + 1))
    except Refused as refusal:
        sys.stdout.buffer.write(json.dumps({"refused": refusal.why}).encode() + b"\n")
        return
    told = {"media_type": reading.media_type, "pages": reading.pages}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + reading.content)


if __name__ == "__main__":
    main()
