"""One process alone on a core, so that what is measured is what it can do and not what others leave it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from bench.kin import kin

_PROC: Final = Path("/proc")
_CORES: Final = sorted(os.sched_getaffinity(0))


def set_apart(pid: int) -> None:
    """Give a process the first core to itself among this process' kin: this one and all that it started.

    Args:
        pid: One of the kin. On a machine with one core nothing changes.
    """
    for each in kin() if len(_CORES) > 1 else ():
        _keep_to(each, set(_CORES[:1] if each == pid else _CORES[1:]))


def _keep_to(pid: int, cores: AbstractSet[int]) -> None:
    # A thread or process that has ended meanwhile needs no core.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in (_PROC / str(pid) / "task").iterdir():
            os.sched_setaffinity(int(task.name), cores)
