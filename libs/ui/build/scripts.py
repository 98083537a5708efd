"""Makes one small module of the QR reader that npm holds."""

from pathlib import Path
from typing import Final

from libs.ui.build.toolchain import Toolchain

READER: Final = "qr-reader.js"
_OPTIONS: Final = ("--bundle", "--minify", "--format=esm", "--legal-comments=inline", "--log-level=warning")


def bundle_reader(tools: Toolchain, out: Path) -> None:
    """Write the decoder of the package ``qr`` and what it needs of its other files, and nothing else.

    Args:
        tools: Node and its packages.
        out: the folder to write to.
    """
    entry = out / "entry.mjs"
    entry.write_text('export { decodeQR } from "qr/decode.js";\n', encoding="utf-8")
    try:
        tools.run("esbuild/bin/esbuild", [str(entry), *_OPTIONS, f"--outfile={out / READER}"])
    finally:
        entry.unlink()
