"""The processes that this one has started, and those that they have."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def kin() -> dict[int, str]:
    """This process and all its descendants: their ids, with the names that the kernel has for them."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        # It may have ended meanwhile.
        with contextlib.suppress(OSError):
            before, _, after = (folder / "stat").read_text(encoding="utf-8").rpartition(")")
            pid = int(folder.name)
            parents[pid], names[pid] = int(after.split()[1]), before.partition("(")[2]
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid: names[pid] for pid in found}
