"""Certificate numbers in MongoDB: one counter a year, and one document for every number it ever gave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from libs.chassis.mongo import Database, DuplicateKeyError, ReturnDocument
from services.certificates.domain.number import VoidReason, format_number


class MongoNumbers:
    """Counts up, then writes down whose number it is.

    The counter alone is never trusted: a number counts once its document is there, and the unique index on
    the certificate lets each have one at most. What a crash leaves between the two steps is found as a gap.
    """

    def __init__(self, database: Database) -> None:
        self._counters = database["number_counters"]
        self._numbers = database["numbers"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._numbers.create_index(
            "certificate_id",
            name="certificate",
            unique=True,
            partialFilterExpression={"certificate_id": {"$exists": True}},
        )
        await self._numbers.create_index([("year", 1), ("count", 1)], name="count", unique=True)

    async def take(self, year: int, certificate_id: str, at: datetime) -> str:
        """The number of that certificate, the same at every call."""
        while (number := await self._find(certificate_id)) is None:
            await self._write(year, await self._count(year), at, certificate_id)
        return number

    async def void(self, certificate_id: str, reason: VoidReason, at: datetime) -> None:
        """Record that this certificate's number, if it has one, will never stand on a certificate."""
        await self._numbers.update_one(
            {"certificate_id": certificate_id, "void": {"$exists": False}},
            {"$set": {"void": {"reason": reason.value, "at": at}}},
        )

    async def void_lost(self, year: int, before: datetime, at: datetime) -> int:
        """Record the numbers that a crash kept from being taken: gaps below one older than `before`."""
        newest = await self._numbers.find_one(
            {"year": year, "at": {"$lte": before}}, {"count": 1}, sort=[("count", -1)]
        )
        if newest is None:
            return 0
        top = newest["count"]
        below = {"year": year, "count": {"$lte": top}}
        if await self._numbers.count_documents(below) == top:
            return 0
        known = {found["count"] async for found in self._numbers.find(below, {"count": 1})}
        gaps = [count for count in range(1, top) if count not in known]
        for count in gaps:
            await self._write(year, count, at, None, VoidReason.LOST)
        return len(gaps)

    async def _find(self, certificate_id: str) -> str | None:
        found = await self._numbers.find_one({"certificate_id": certificate_id}, {"_id": 1})
        return None if found is None else str(found["_id"])

    async def _count(self, year: int) -> int:
        counter: Any = await self._counters.find_one_and_update(
            {"_id": str(year)}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        return int(counter["last"])

    async def _write(
        self,
        year: int,
        count: int,
        at: datetime,
        certificate_id: str | None,
        reason: VoidReason = VoidReason.RACED,
    ) -> None:
        """Write a number down: for the certificate, or as void where there's none or it has another one."""
        number = {"_id": format_number(year, count), "year": year, "count": count, "at": at}
        void = {"void": {"reason": reason.value, "at": at}}
        try:
            whose = void if certificate_id is None else {"certificate_id": certificate_id}
            await self._numbers.insert_one(number | whose)
        except DuplicateKeyError:
            # Either this certificate got a number in another process, or a sweep took this one for lost.
            if certificate_id is not None:
                await self._write(year, count, at, None)
