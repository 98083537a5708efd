"""Counts a year's requests in the service's own database."""

from __future__ import annotations

from typing import Any

from libs.chassis.mongo import Collection, Database, ReturnDocument


class MongoReferences:
    """One counter document per year; each number is given out once, whoever crashes."""

    def __init__(self, database: Database) -> None:
        self._counters: Collection = database["counters"]

    async def next(self, year: int) -> int:
        """The next number of that year, from 1."""
        counter: Any = await self._counters.find_one_and_update(
            {"_id": f"requests-{year}"},
            {"$inc": {"last": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return int(counter["last"])
