"""Two scanners, and what happens to a page between the printer and a camera."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from io import BytesIO
from random import Random
from typing import Final

import numpy as np
import pypdfium2
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from PIL.Image import Image as Picture
from pyzbar import pyzbar  # type: ignore[import-untyped]

DPI: Final = 150
TRIES: Final = 6

_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_PAPER, _INK_SHARE = 30.0, 0.8
_NOISE, _JPEG_QUALITY = 12.0, 70
_COPY_BLUR, _PHONE_BLUR, _STEEPEST_DEG = 0.7, 0.8, 12.0
_STAIN, _STAIN_SIZE = 140, (20, 12)
_AROUND = 60


class Reader(StrEnum):
    """A scanner's name."""

    ZXING = "zxing-cpp"
    ZBAR = "zbar"


class Wear(StrEnum):
    """What happened to the page, as people would say it."""

    NONE = "rendered"
    PHOTOCOPY = "photocopied: blur, grey, noise, JPEG"
    PHONE = "photographed askew: skew, blur, grey, noise, JPEG"
    STAIN = "stained: grey, noise, a stain on the symbol, JPEG"


def render(pdf: bytes, dpi: float = DPI, page: int = 0) -> Picture:
    """A page in shades of grey."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Picture = document[page].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    finally:
        document.close()
    return picture


def worn(picture: Picture, wear: Wear, seed: int) -> Picture:
    """The picture of a page after `wear`, the same from the same seed; a camera is aimed at the symbol."""
    chance = Random(seed)  # noqa: S311 - repeatable, and nothing secret
    if wear is Wear.NONE:
        return picture
    if wear is Wear.PHOTOCOPY:
        picture = picture.filter(ImageFilter.GaussianBlur(_COPY_BLUR))
    if wear is Wear.PHONE:
        slope = chance.uniform(-_STEEPEST_DEG, _STEEPEST_DEG)
        turned = _aimed(picture).rotate(slope, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        picture = turned.filter(ImageFilter.GaussianBlur(_PHONE_BLUR))
    shades = np.asarray(picture).astype(float)
    noise = np.random.default_rng(chance.randrange(10**9)).normal(0, _NOISE, shades.shape)
    shades = shades * _INK_SHARE + _PAPER + noise
    if wear is Wear.STAIN:
        _stain(shades, picture)
    return _through_jpeg(shades)


def photographed(symbol: Picture, seed: int) -> Picture:
    """A symbol alone, with its quiet zone, as a hand holds it before a camera."""
    chance = Random(seed)  # noqa: S311 - repeatable, and nothing secret
    slope = chance.uniform(-_STEEPEST_DEG, _STEEPEST_DEG)
    turned = symbol.rotate(slope, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    shades = np.asarray(turned.filter(ImageFilter.GaussianBlur(_PHONE_BLUR))).astype(float)
    noise = np.random.default_rng(seed).normal(0, _NOISE, shades.shape)
    return _through_jpeg(shades * _INK_SHARE + _PAPER + noise)


def read(picture: Picture, reader: Reader) -> list[str]:
    """What a scanner finds on a picture."""
    return _SCANS[reader](picture)


def _stain(shades: NDArray[np.float64], picture: Picture) -> None:
    """A grey patch a little beside the symbol's middle, which carries data."""
    left, top, right, bottom = _symbol_box(picture)
    middle_x, middle_y = (left + right) // 2, (top + bottom) // 2
    width, height = _STAIN_SIZE
    shades[middle_y - height // 2 : middle_y + height // 2, middle_x + 5 : middle_x + 5 + width] = _STAIN


def _aimed(picture: Picture) -> Picture:
    """The symbol with some of the page around it."""
    left, top, right, bottom = _symbol_box(picture)
    return picture.crop((left - _AROUND, top - _AROUND, right + _AROUND, bottom + _AROUND))


def _symbol_box(picture: Picture) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the one symbol on an unworn page, in pixels."""
    (found,) = zxingcpp.read_barcodes(np.asarray(picture), formats=_QR_ONLY)
    first, last = found.position.top_left, found.position.bottom_right
    return first.x, first.y, last.x, last.y


def _through_jpeg(shades: NDArray[np.float64]) -> Picture:
    file = BytesIO()
    Image.fromarray(shades.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=_JPEG_QUALITY)
    return Image.open(file).convert("L")


def _with_zxing(picture: Picture) -> list[str]:
    return [str(code.text) for code in zxingcpp.read_barcodes(np.asarray(picture), formats=_QR_ONLY)]


def _with_zbar(picture: Picture) -> list[str]:
    return [code.data.decode() for code in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])]


_SCANS: Final[dict[Reader, Callable[[Picture], list[str]]]] = {
    Reader.ZXING: _with_zxing,
    Reader.ZBAR: _with_zbar,
}
