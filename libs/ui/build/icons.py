"""Draws the icons that an installed page shows on a telephone's screen."""

from pathlib import Path
from typing import Final

from libs.ui.build.toolchain import UI_FOLDER, Toolchain

ICONS: Final = {
    "icon-192.png": ("icon.svg", 192),
    "icon-512.png": ("icon.svg", 512),
    "icon-maskable-180.png": ("icon-maskable.svg", 180),
    "icon-maskable-512.png": ("icon-maskable.svg", 512),
}
"""Name to its drawing and its width in pixels; a maskable one fills its square, for others cut it out."""

_DRAWING: Final = Path(__file__).with_name("draw_icon.mjs")


def draw_icons(tools: Toolchain, out: Path) -> None:
    """Write the icons as PNGs.

    Args:
        tools: Node and its packages.
        out: the folder to write to.
    """
    for name, (picture, width) in ICONS.items():
        source = UI_FOLDER / "images" / picture
        tools.run_file(_DRAWING, [str(tools.modules), str(source), str(width), str(out / name)])
