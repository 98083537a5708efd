"""Time as something that is passed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
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


class CivilCalendar:
    """Today's date in Morocco, reckoned anew only when a day begins there.

    Args:
        clock: Tells the moment.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._today = date.min
        self._from = self._until = datetime.min.replace(tzinfo=UTC)

    def today(self) -> date:
        """The calendar day."""
        now = self._clock.now()
        if not self._from <= now < self._until:
            self._today = civil_date(now)
            self._from, self._until = (
                datetime.combine(day, time(), CIVIL_ZONE).astimezone(UTC)
                for day in (self._today, self._today + timedelta(days=1))
            )
        return self._today
