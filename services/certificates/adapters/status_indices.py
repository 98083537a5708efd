"""Places in the status list, given out from one counter in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from libs.chassis.mongo import Database, ReturnDocument
from libs.chassis.rounds import Rounds

_MOST_AT_ONCE = 500
_COUNTER = "versions"


class MongoStatusIndices:
    """Counts up, once for all who ask at the same time.

    Nothing else is written down: an index whose version was never planned, because its process died, stays
    a gap, and a list may have gaps. The count lies on a majority's disks before anybody gets a number of it.
    """

    def __init__(self, database: Database) -> None:
        self._counters = database["status_counters"]
        self._taking = Rounds(self._take_all, _MOST_AT_ONCE)

    async def take(self) -> int:
        """An index that nobody else has or will have, from 0."""
        return await self._taking.ask(None)

    async def _take_all(self, asking: Sequence[None]) -> Sequence[int]:
        counter: Any = await self._counters.find_one_and_update(
            {"_id": _COUNTER},
            {"$inc": {"next": len(asking)}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        end = int(counter["next"])
        return range(end - len(asking), end)
