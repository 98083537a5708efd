"""Limits on attempts, counted in fixed windows under keyed digests: no address and no number is stored."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from libs.chassis.clock import Clock
from libs.chassis.web.errors import TooManyAttempts


@dataclass(frozen=True)
class Limit:
    """How often something may be tried.

    Attributes:
        name: Keeps the counts of different limits apart.
        most: Attempts in one window.
        window_s: Its length.
    """

    name: str
    most: int
    window_s: int


class CounterStore(Protocol):
    """Counts under keys that are forgotten after a while."""

    async def hit(self, key: str, expires_at: datetime) -> int:
        """Count one more.

        Args:
            key: A digest.
            expires_at: When the count may be forgotten.

        Returns:
            The count with this one.
        """
        ...

    async def give_back(self, key: str) -> None:
        """Count one less, never under zero.

        Args:
            key: A digest.
        """
        ...


class Throttle:
    """Counts attempts and refuses those over a limit.

    Args:
        store: Where the counts are, shared by all processes of a service.
        key: The key of the digests.
        clock: Tells the window.
    """

    def __init__(self, store: CounterStore, key: bytes, clock: Clock) -> None:
        self._store = store
        self._key = key
        self._clock = clock

    async def hit(self, limit: Limit, who: str) -> None:
        """Count an attempt; refused ones count too.

        Args:
            limit: Which one.
            who: An identity, a network, or a fixed word for a global limit.

        Raises:
            TooManyAttempts: The limit was reached before; `details["retry_after_s"]` tells the window's end.
        """
        now_s = int(self._clock.now().timestamp())
        window, into_s = divmod(now_s, limit.window_s)
        ends_at = datetime.fromtimestamp((window + 1) * limit.window_s, UTC)
        if await self._store.hit(self._digest(limit, who, window), ends_at) > limit.most:
            raise TooManyAttempts(retry_after_s=limit.window_s - into_s)

    async def give_back(self, limit: Limit, who: str) -> None:
        """Take back one attempt of this window, one that turned out to be right.

        Args:
            limit: Which one.
            who: Whom it was counted for.
        """
        window = int(self._clock.now().timestamp()) // limit.window_s
        await self._store.give_back(self._digest(limit, who, window))

    def _digest(self, limit: Limit, who: str, window: int) -> str:
        text = "\x1f".join(("throttle", limit.name, str(window), who))
        return hmac.new(self._key, text.encode(), sha256).hexdigest()


class MemoryCounters:
    """Counts in memory, for tests and for limits that one process keeps by itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[int, datetime]] = {}

    async def hit(self, key: str, expires_at: datetime) -> int:
        """Count one more."""
        now = self._clock.now()
        self._counts = {kept: entry for kept, entry in self._counts.items() if entry[1] > now}
        count = self._counts.get(key, (0, expires_at))[0] + 1
        self._counts[key] = (count, expires_at)
        return count

    async def give_back(self, key: str) -> None:
        """Count one less."""
        count, expires_at = self._counts.get(key, (0, self._clock.now()))
        if count:
            self._counts[key] = (count - 1, expires_at)
