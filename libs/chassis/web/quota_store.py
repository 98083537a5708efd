"""Amounts taken of quotas, in the service's own database: one guarded write each, dropped after their day."""

from __future__ import annotations

from datetime import datetime

from libs.chassis.mongo import Collection, DuplicateKeyError, ReturnDocument
from libs.chassis.web.quota import Taken


class MongoQuotas:
    """Amounts in a collection of their own.

    Args:
        collection: For nothing else.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """Create the index by which old amounts are dropped."""
        await self._collection.create_index("expires_at", name="expires_at", expireAfterSeconds=0)

    async def take(self, key: str, amount: int, most: int, expires_at: datetime) -> Taken:
        """Take an amount unless it would be more than `most` together; all processes take from the same."""
        if amount <= most:
            count = await self._add(key, amount, most, expires_at)
            if count is not None:
                return Taken(granted=True, count=count)
        found = await self._collection.find_one({"_id": key}, {"count": 1})
        return Taken(granted=False, count=int(found["count"]) if found else 0)

    async def give_back(self, key: str, amount: int) -> None:
        """Put back what was taken for nothing."""
        guard = {"_id": key, "count": {"$gte": amount}}
        await self._collection.update_one(guard, {"$inc": {"count": -amount}})

    async def _add(self, key: str, amount: int, most: int, expires_at: datetime) -> int | None:
        """The count with the amount; None where it doesn't fit any more."""
        guard = {"_id": key, "count": {"$lte": most - amount}}
        change = {"$inc": {"count": amount}, "$setOnInsert": {"expires_at": expires_at}}
        after = ReturnDocument.AFTER
        try:
            counted = await self._collection.find_one_and_update(
                guard, change, upsert=True, return_document=after
            )
        except DuplicateKeyError:
            # The document is there and was full, or another first one made it this moment.
            counted = await self._collection.find_one_and_update(guard, change, return_document=after)
        return None if counted is None else int(counted["count"])
