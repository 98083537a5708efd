"""Cuts the fonts down to the letters that Moroccan pages print."""

from pathlib import Path
from typing import Final

from fontTools import subset

_ARABIC: Final = (
    "U+060C,U+061B,U+061F,U+0621-063A,U+0640-0655,U+0660-066D,U+0670,U+067E,U+0686,U+0698,U+06A4,U+06A8,U+06AD,"
    "U+06AF,U+200C-200F,U+FDFA"
)
_TIFINAGH: Final = "U+2D30-2D67,U+2D6F,U+2D7F"

FONTS: Final = {
    "arabic-400.woff2": ("noto-sans-arabic/files/noto-sans-arabic-arabic-400-normal.woff2", _ARABIC),
    "arabic-700.woff2": ("noto-sans-arabic/files/noto-sans-arabic-arabic-700-normal.woff2", _ARABIC),
    "tifinagh-400.woff2": (
        "noto-sans-tifinagh/files/noto-sans-tifinagh-tifinagh-400-normal.woff2",
        _TIFINAGH,
    ),
}


def cut_fonts(modules: Path, out: Path) -> None:
    """Write the subsets, all layout features kept, as WOFF2.

    Args:
        modules: the ``node_modules`` that holds ``@fontsource``.
        out: the folder to write to.
    """
    for name, (source, letters) in FONTS.items():
        subset.main(
            [
                str(modules / "@fontsource" / source),
                f"--unicodes={letters}",
                "--layout-features=*",
                "--flavor=woff2",
                f"--output-file={out / name}",
            ]
        )
