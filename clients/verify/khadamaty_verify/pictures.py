"""Finds QR codes in pictures, where the optional packages for that are installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class NoPictureReader(Exception):
    """The extra `pictures` isn't installed."""


class UnreadablePicture(ValueError):
    """The file isn't a picture that can be read."""


def codes_in(path: Path) -> Sequence[str]:
    """What the QR codes in a picture hold.

    Raises:
        NoPictureReader: The packages for that aren't installed.
        UnreadablePicture: It isn't a picture.
        OSError: The file can't be read.
    """
    try:
        import zxingcpp  # noqa: PLC0415 - optional
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - optional
    except ImportError as error:
        raise NoPictureReader("install khadamaty-verify[pictures]") from error
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    try:
        with Image.open(path) as picture:
            found = zxingcpp.read_barcodes(picture.convert("L"), formats=wanted)
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        raise UnreadablePicture(str(path)) from error
    return [each.text for each in found]
