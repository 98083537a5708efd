"""What readiness depends on, each part told apart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from libs.chassis import metrics
from libs.chassis.errors import ServiceError

CHECK_TIMEOUT_S: Final = 2.0

Check = Callable[[], Awaitable[str]]
"""Returns a few words on what it found, or raises what it is declared to raise."""


@dataclass(frozen=True)
class Health:
    """What readiness depends on.

    Attributes:
        checks: By name, each told apart in the answer.
        failures: What a check may raise besides `ServiceError`, `OSError` and a time-out: a driver's errors.
        last_poll_age_s: Seconds since the consumer last polled; None where nothing is consumed.
        stale_poll_s: From that age on the process isn't ready.
    """

    checks: Mapping[str, Check] = field(default_factory=dict)
    failures: tuple[type[Exception], ...] = ()
    last_poll_age_s: Callable[[], float] | None = None
    stale_poll_s: float = 60.0

    async def report(self) -> tuple[bool, dict[str, object]]:
        """Run all checks at once.

        Returns:
            Whether all passed, and what each found.
        """
        found = await asyncio.gather(*(self._run(name, check) for name, check in self.checks.items()))
        report: dict[str, object] = {name: told for name, _, told in found}
        ready = all(passed for _, passed, _ in found)
        if self.last_poll_age_s is not None:
            age_s = self.last_poll_age_s()
            metrics.LAST_POLL_AGE_S.set(age_s)
            ready = ready and age_s < self.stale_poll_s
            report["last_poll_age_s"] = round(age_s, 3)
        return ready, report

    async def _run(self, name: str, check: Check) -> tuple[str, bool, dict[str, object]]:
        started = time.perf_counter()
        passed, told = True, ""
        known: tuple[type[Exception], ...] = (OSError, *self.failures)
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                told = await check()
        except ServiceError as error:
            passed, told = False, error.slug
        except known as error:
            passed, told = False, type(error).__name__
        took_ms = round((time.perf_counter() - started) * 1000, 1)
        return name, passed, {"ok": passed, "detail": told, "took_ms": took_ms}
