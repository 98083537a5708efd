"""Keeps children running: starts an ended one again with growing pauses, says why, and stops all in order."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from deploy.local.children import Child
from deploy.local.progress import say

LOOK_INTERVAL_S: Final = 0.2
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
STEADY_AFTER_S: Final = 30.0


@dataclass
class _Watched:
    """One child with the pause that its next restart waits for."""

    child: Child
    started_s: float
    pause_s: float = FIRST_PAUSE_S
    restart_s: float | None = None


class Supervisor:
    """Watches children from a thread of its own.

    Args:
        tell: Receives each line meant for the person at the terminal.
        clock_s: Monotonic seconds.
    """

    def __init__(
        self, tell: Callable[[str], None] = say, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._clock_s = clock_s
        self._adopted: list[Child] = []
        self._watched: list[_Watched] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def adopt(self, child: Child) -> None:
        """Promise to stop a child that is about to start; the last one adopted is the first one stopped."""
        with self._lock:
            self._adopted.append(child)

    def watch(self, child: Child) -> None:
        """Keep an adopted child, which has started well, running from now on."""
        with self._lock:
            self._watched.append(_Watched(child, self._clock_s()))
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._look_again_and_again, name="supervisor", daemon=True
                )
                self._thread.start()

    def pids(self) -> dict[str, int]:
        """Return the process id of each child by its name."""
        with self._lock:
            return {child.program.name: child.pid for child in self._adopted if child.pid}

    def stop(self) -> None:
        """Stop all children, the last one adopted first; harmless when done twice."""
        self._closing.set()
        if self._thread:
            self._thread.join()
        with self._lock:
            adopted = list(reversed(self._adopted))
        for child in adopted:
            child.stop()

    def _look_again_and_again(self) -> None:
        while not self._closing.wait(LOOK_INTERVAL_S):
            with self._lock:
                watched = list(self._watched)
            for item in watched:
                self._look_at(item)

    def _look_at(self, item: _Watched) -> None:
        now_s = self._clock_s()
        if item.child.is_running:
            if now_s - item.started_s > STEADY_AFTER_S:
                item.pause_s = FIRST_PAUSE_S
        elif item.restart_s is None:
            item.child.sweep()
            item.restart_s = now_s + item.pause_s
            self._tell(self._obituary(item))
        elif now_s >= item.restart_s:
            item.restart_s = None
            item.started_s = now_s
            item.pause_s = min(item.pause_s * 2, LONGEST_PAUSE_S)
            item.child.start()

    def _obituary(self, item: _Watched) -> str:
        code = item.child.exit_code
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        lines = "".join(f"\n    {line}" for line in item.child.log_tail().splitlines())
        name = item.child.program.name
        return f"{name} {how}; it starts again in {item.pause_s:g} s. Its log ends with:{lines}"
