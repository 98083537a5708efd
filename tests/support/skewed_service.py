"""A service's process with a wrong wall clock: `python -m tests.support.skewed_service <name> <seconds>`."""

from __future__ import annotations

import runpy
import sys
from datetime import UTC, datetime, timedelta

from libs.chassis.clock import SystemClock


class SkewedClock:
    """The machine's clock, some seconds off."""

    def __init__(self, skew_s: float) -> None:
        self._skew = timedelta(seconds=skew_s)

    def now(self) -> datetime:
        """The moment, UTC-aware, as a wrong clock has it."""
        return datetime.now(UTC) + self._skew


def main(name: str, skew_s: float) -> None:
    clock = SkewedClock(skew_s)
    setattr(SystemClock, "now", lambda _self: clock.now())  # noqa: B010 - a method is replaced on purpose
    runpy.run_module(f"services.{name}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
