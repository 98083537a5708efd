"""Tells what veraPDF finds in files: `python -m tests.support.verapdf FILE...`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.verapdf import Flavour, failures


def main(paths: list[str]) -> int:
    """Judge the files by both standards; 1 where one isn't clean."""
    pdfs = {path: Path(path).read_bytes() for path in paths}
    clean = True
    for flavour in Flavour:
        found = failures(pdfs, flavour)
        clean = clean and not found
        for path in paths:
            sys.stdout.write(f"{flavour} {path}: {' '.join(found.get(path, ())) or 'clean'}\n")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
