"""Names cut to the bytes that a QR code has left for them."""

from __future__ import annotations

import unicodedata
from typing import Final

_ELLIPSIS: Final = "…"


def fit_names(arabic_name: str, latin_name: str, room: int) -> tuple[str, str]:
    """Both names in `room` bytes: each has half of it, and what the other one leaves."""
    half = room // 2
    arabic, latin = len(arabic_name.encode()), len(latin_name.encode())
    return (
        _cut(arabic_name, max(half, room - latin)),
        _cut(latin_name, max(room - half, room - arabic)),
    )


def _cut(name: str, room: int) -> str:
    """The name in at most `room` bytes, ended by an ellipsis where letters are left out.

    A letter keeps all of its marks or goes with them.
    """
    if len(name.encode()) <= room:
        return name
    end = len(name)
    while len(name[:end].encode()) + len(_ELLIPSIS.encode()) > room or unicodedata.combining(name[end]):
        end -= 1
    return name[:end].rstrip() + _ELLIPSIS
