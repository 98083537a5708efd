"""What is kept of an upload, and what is refused before anything is kept."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from PIL import Image, PngImagePlugin
from pypdf import PdfReader

from services.requests.adapters.upload_reader import (
    LONGEST_SIDE_PX,
    MOST_BYTES,
    MOST_PAGES,
    Refused,
    read_upload,
)
from tests.support import uploads
from tests.support.uploads import CANARY


@dataclass(frozen=True)
class Bad:
    why: str
    content: bytes


CORPUS = {
    "nothing": Bad("type", b""),
    "text": Bad("type", b"a letter"),
    "page": Bad("type", b"<!DOCTYPE html><script>alert(1)</script>"),
    "gif": Bad("type", uploads.picture("GIF")),
    "archive": Bad("type", uploads.archive()),
    "page before the magic": Bad("type", b"<html>" + uploads.pdf()),
    "more than fits": Bad("size", b"%PDF-" + bytes(MOST_BYTES)),
    "magic alone": Bad("damaged", b"%PDF-1.7"),
    "jpeg magic alone": Bad("damaged", b"\xff\xd8\xff\xe0"),
    "picture named otherwise": Bad("damaged", b"%PDF-" + uploads.picture("PNG")),
    "half a picture": Bad("damaged", uploads.picture("PNG", 600, 600, "RGB")[:90]),
    "picture of nothing": Bad("damaged", uploads.png_claiming(3000, 3000)),
    "picture of 3.6 gigapixels": Bad("pixels", uploads.png_claiming(60_000, 60_000)),
    "page with such a picture": Bad("pixels", uploads.pdf_with_image_claiming(60_000, 60_000)),
    "locked": Bad("locked", uploads.pdf(password="secret")),
    "no page": Bad("damaged", uploads.pdf(pages=0)),
    "a book": Bad("pages", uploads.pdf(pages=MOST_PAGES + 1)),
    "bomb": Bad("heavy", uploads.pdf_unpacking_to(200)),
}


@pytest.mark.parametrize("bad", CORPUS.values(), ids=CORPUS.keys())
def test_what_cannot_be_kept_is_refused_with_its_reason(bad: Bad) -> None:
    with pytest.raises(Refused) as refusal:
        read_upload(bad.content)
    assert refusal.value.why == bad.why


@pytest.mark.parametrize("pages", [1, 3])
def test_a_pdf_keeps_its_pages(pages: int) -> None:
    reading = read_upload(uploads.pdf(pages))
    assert (reading.media_type, reading.pages) == ("application/pdf", pages)
    assert len(PdfReader(io.BytesIO(reading.content)).pages) == pages


def test_a_pdf_leaves_scripts_and_attachments_behind() -> None:
    content = uploads.pdf(script="alert", attachment=CANARY)
    kept = read_upload(content).content
    for trace in (b"/JavaScript", b"alert", b"/EmbeddedFile", CANARY):
        assert trace in content
        assert trace not in kept


@pytest.mark.parametrize("content", [uploads.pdf(), uploads.picture("PNG"), uploads.picture("JPEG")])
def test_what_hangs_on_behind_is_left_behind(content: bytes) -> None:
    kept = read_upload(content + uploads.archive()).content
    assert b"PK\x05\x06" not in kept
    assert CANARY not in kept


def test_a_picture_loses_what_it_says_beside_the_picture() -> None:
    noted = PngImagePlugin.PngInfo()
    noted.add_text("Comment", CANARY.decode())
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    for content in (uploads.picture("PNG", pnginfo=noted), uploads.picture("JPEG", exif=exif)):
        assert CANARY in content
        assert CANARY not in read_upload(content).content


def test_a_picture_stands_as_it_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    reading = read_upload(uploads.picture("JPEG", 60, 40, exif=exif))
    assert Image.open(io.BytesIO(reading.content)).size == (40, 60)


def test_a_large_picture_is_made_smaller() -> None:
    reading = read_upload(uploads.picture("JPEG", 6000, 3000))
    assert Image.open(io.BytesIO(reading.content)).size == (LONGEST_SIDE_PX, LONGEST_SIDE_PX // 2)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_picture_can_be_drawn_anew(mode: str) -> None:
    drawn = Image.open(io.BytesIO(read_upload(uploads.picture("PNG", mode=mode)).content))
    assert drawn.mode in {"L", "RGB"}
    assert drawn.size == (60, 40)


def test_what_is_transparent_becomes_paper() -> None:
    drawn = Image.open(io.BytesIO(read_upload(uploads.picture("PNG", mode="RGBA")).content))
    assert drawn.getpixel((0, 0)) == (255, 255, 255)
