"""Counts of attempts in the service's own database, dropped by MongoDB once their window is over."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from libs.chassis.mongo import Collection, Document, DuplicateKeyError, ReturnDocument


class MongoCounters:
    """Counts in a collection of their own.

    Args:
        collection: For nothing else.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """Create the index by which old counts are dropped."""
        await self._collection.create_index("expires_at", name="expires_at", expireAfterSeconds=0)

    async def hit(self, key: str, expires_at: datetime) -> int:
        """Count one more; the count is shared by all processes."""
        try:
            return await self._add_one(key, expires_at)
        except DuplicateKeyError:
            # Two first attempts at once: the other one made the document, so this one finds it.
            return await self._add_one(key, expires_at)

    async def give_back(self, key: str) -> None:
        """Count one less, never under zero."""
        await self._collection.update_one({"_id": key, "count": {"$gt": 0}}, {"$inc": {"count": -1}})

    async def _add_one(self, key: str, expires_at: datetime) -> int:
        counted = await self._collection.find_one_and_update(
            {"_id": key},
            {"$inc": {"count": 1}, "$setOnInsert": {"expires_at": expires_at}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        # An upsert that answers with the document after it always has one.
        return int(cast("Document", counted)["count"])
