"""CPU time of processes, as the kernel counts it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12


def cpu_s(pid: int | None) -> float:
    """User and system seconds that a process has used since its start; its children not counted."""
    # The second field, a name in brackets, may hold spaces: the rest begins after the last bracket.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS_PER_S


def cpu_of_all_s(pids: Iterable[int]) -> float:
    """The same for several processes together."""
    return sum(cpu_s(pid) for pid in pids)
