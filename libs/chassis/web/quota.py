"""How much somebody may still have in a day: taken whole or not at all, however many ask at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from libs.chassis.clock import Clock
from libs.chassis.errors import Permanent


@dataclass(frozen=True)
class Taken:
    """What came of taking.

    Attributes:
        granted: Whether it was there.
        count: What was taken by then, with this where it was granted.
    """

    granted: bool
    count: int


class QuotaStore(Protocol):
    """Amounts that were taken, under keys that are forgotten after a while."""

    async def take(self, key: str, amount: int, most: int, expires_at: datetime) -> Taken:
        """Take an amount unless it would be more than `most` together.

        Args:
            key: Whose and of which day.
            amount: At least 1.
            most: How much the key may have in all.
            expires_at: When it may be forgotten.
        """
        ...

    async def give_back(self, key: str, amount: int) -> None:
        """Put back what was taken for nothing."""
        ...


@dataclass(frozen=True)
class Allowance:
    """What is left of a quota, for the headers that tell it.

    Attributes:
        policy: Its name.
        most: All of it.
        left: What may still be taken.
        resets_in_s: Seconds until all of it is there again.
        window_s: Seconds for which all of it lasts.
    """

    policy: str
    most: int
    left: int
    resets_in_s: int
    window_s: int

    @property
    def headers(self) -> Mapping[str, str]:
        """`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "ratelimit-policy": f'"{self.policy}";q={self.most};w={self.window_s}',
            "ratelimit": f'"{self.policy}";r={self.left};t={self.resets_in_s}',
        }


class QuotaUsedUp(Permanent):
    """So much isn't left; `details["left"]` is, and more is in `details["retry_after_s"]` seconds."""

    slug: ClassVar[str] = "quota-used-up"
    status: ClassVar[int] = 429

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(left=allowance.left, most=allowance.most, retry_after_s=allowance.resets_in_s)
        self._allowance = allowance

    @property
    def headers(self) -> Mapping[str, str]:
        """What is left of the quota."""
        return self._allowance.headers


class MemoryQuotas:
    """Amounts in memory, for tests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taken: dict[str, tuple[int, datetime]] = {}

    async def take(self, key: str, amount: int, most: int, expires_at: datetime) -> Taken:
        """Take an amount unless it would be more than `most` together."""
        now = self._clock.now()
        self._taken = {kept: entry for kept, entry in self._taken.items() if entry[1] > now}
        count, until = self._taken.get(key, (0, expires_at))
        if count + amount > most:
            return Taken(granted=False, count=count)
        self._taken[key] = (count + amount, until)
        return Taken(granted=True, count=count + amount)

    async def give_back(self, key: str, amount: int) -> None:
        """Put back what was taken for nothing."""
        if key in self._taken:
            count, until = self._taken[key]
            self._taken[key] = (max(0, count - amount), until)
