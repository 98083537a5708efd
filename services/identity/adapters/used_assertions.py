"""Which assertions were used, as counts that MongoDB keeps until the assertions can no longer be."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from libs.chassis.web.throttle import CounterStore

#: The database drops counts by its own clock, which may be ahead of the one that judges expiry.
_LONGER: Final = timedelta(minutes=10)


class CountedAssertions:
    """Counts the uses of each assertion.

    Args:
        counters: In a collection for nothing else, written by a majority before a count is told.
    """

    def __init__(self, counters: CounterStore) -> None:
        self._counters = counters

    async def use(self, client_id: str, jti: str, expires_at: datetime) -> bool:
        """Use one up; True the first time, however many try at once."""
        digest = sha256(f"{client_id}\x1f{jti}".encode()).hexdigest()
        return await self._counters.hit(digest, expires_at + _LONGER) == 1
