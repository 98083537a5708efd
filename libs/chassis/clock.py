"""Time as something that is passed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CIVIL_ZONE = ZoneInfo("Africa/Casablanca")


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """The moment, UTC-aware."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The moment, UTC-aware."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that a test sets and moves by hand."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The moment it was last set to."""
        return self._moment

    def advance(self, step: timedelta) -> None:
        """Move the clock forward by `step`."""
        self._moment += step


def civil_date(moment: datetime) -> date:
    """The calendar day of `moment` in Morocco, where printed dates and the years of numbers are counted."""
    return moment.astimezone(CIVIL_ZONE).date()
