"""Compiles the stylesheet and turns it round for right-to-left pages."""

from pathlib import Path
from typing import Final

from libs.ui.build.toolchain import UI_FOLDER, Toolchain

STYLESHEETS: Final = {"ltr": "khadamaty.ltr.css", "rtl": "khadamaty.rtl.css"}


def compile_styles(tools: Toolchain, out: Path) -> None:
    """Write the left-to-right stylesheet (sass) and its mirror image (rtlcss).

    Args:
        tools: Node and its packages.
        out: the folder to write to.
    """
    ltr, rtl = out / STYLESHEETS["ltr"], out / STYLESHEETS["rtl"]
    source = UI_FOLDER / "styles" / "khadamaty.scss"
    options = ["--no-source-map", "--style=compressed", "--quiet-deps", f"--load-path={tools.modules}"]
    tools.run("sass/sass.js", [*options, str(source), str(ltr)])
    tools.run("rtlcss/bin/rtlcss.js", ["--silent", str(ltr), str(rtl)])
