"""Uploads as they may come: good ones, and ones that are meant to break whoever opens them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

CANARY = b"canary-ZZ300001"


def picture(kind: str, width: int = 60, height: int = 40, mode: str = "RGB", **options: object) -> bytes:
    """A picture of one colour."""
    kept = io.BytesIO()
    Image.new(mode, (width, height)).save(kept, kind, **options)
    return kept.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def pdf(pages: int = 1, *, password: str = "", script: str = "", attachment: bytes = b"") -> bytes:
    """A PDF of blank pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 100)
    if script:
        action = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject(script),
            }
        )
        writer.root_object[NameObject("/OpenAction")] = action
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    if attachment:
        writer.add_attachment("inside.bin", attachment)
    if password:
        writer.encrypt(password)
    return _written(writer)


def pdf_unpacking_to(size_mb: int) -> bytes:
    """A PDF whose page is packed small."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size_mb)) + packer.flush()
    stream = EncodedStreamObject()
    stream._data = packed
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    return _with_content(stream)


def pdf_with_image_claiming(width: int, height: int) -> bytes:
    """A PDF whose page is a picture that says it is that large."""
    stream = StreamObject()
    stream._data = b""
    stream[NameObject("/Subtype")] = NameObject("/Image")
    stream[NameObject("/Width")] = NumberObject(width)
    stream[NameObject("/Height")] = NumberObject(height)
    return _with_content(stream)


def archive() -> bytes:
    """A ZIP archive, which readers recognise by its end."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("inside.txt", CANARY)
    return kept.getvalue()


def _with_content(stream: StreamObject) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 100)
    page[NameObject("/Contents")] = writer._add_object(stream)
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()
