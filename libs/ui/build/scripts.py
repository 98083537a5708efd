"""Makes one file of the scripts that check documents and of the QR reader that they import from npm."""

from pathlib import Path
from typing import Final

from libs.ui.build.toolchain import UI_FOLDER, Toolchain

BUNDLE: Final = "scanned.js"
_ENTRY: Final = UI_FOLDER / "scripts" / "scanned" / "main.js"
_OPTIONS: Final = ("--bundle", "--minify", "--format=esm", "--legal-comments=inline", "--log-level=warning")


def bundle_scripts(tools: Toolchain, out: Path) -> None:
    """Write one small module: every file more costs a telephone some milliseconds.

    Args:
        tools: Node and its packages.
        out: the folder to write to.
    """
    tools.run("esbuild/bin/esbuild", [str(_ENTRY), *_OPTIONS, f"--outfile={out / BUNDLE}"])
