"""Prints the steps on the left as they are done, and the events beside them as they pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from deploy.local.demo.journey import Step
from deploy.local.demo.watching import Passing
from deploy.local.progress import say

EVENT_COLUMN: Final = 74


class Teller:
    """Tells whoever watches what happens, and when.

    Args:
        tell: Prints a line.
        clock_s: Monotonic seconds.
    """

    def __init__(
        self, tell: Callable[[str], None] = say, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._clock_s = clock_s
        self._began_s = clock_s()
        self._printing = threading.Lock()

    def _say(self, line: str) -> None:
        with self._printing:
            self._tell(line)

    def head(self) -> None:
        """Name the two columns, and count the time from now on."""
        self._began_s = self._clock_s()
        self._say(f"{'    time  who         step':<{EVENT_COLUMN}}event: topic, type, sequence")

    def take(self, step: Step) -> None:
        """Take a step and print it with the time that it took."""
        began_s = self._clock_s()
        step.act()
        ended_s = self._clock_s()
        took = f"{(ended_s - began_s) * 1000:,.0f} ms"
        self._say(f"{ended_s - self._began_s:6.2f} s  {step.who:<11} {step.what} ({took})")

    def passing(self, event: Passing) -> None:
        """Print an event beside the steps."""
        self._say(f"{'':<{EVENT_COLUMN}}{event.topic:<20} {event.type} {event.sequence}")
