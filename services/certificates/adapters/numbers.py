"""Certificate numbers in MongoDB: one counter a year, and one document for every number it ever gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.chassis.mongo import BulkWriteError, Database, Document, ReturnDocument, duplicates_in
from libs.chassis.rounds import Rounds
from services.certificates.domain.number import VoidReason, format_number

_MOST_AT_ONCE = 500


@dataclass(frozen=True)
class _Wish:
    """One certificate that wants its number."""

    year: int
    certificate_id: str
    at: datetime


class MongoNumbers:
    """Counts up, then writes down whose number it is.

    The counter alone is never trusted: a number counts once its document is there, and the unique index on
    the certificate lets each have one at most. What a crash leaves between the two steps is found as a gap.
    Those who ask at once are served together: one look, one count, one write.
    """

    def __init__(self, database: Database) -> None:
        self._counters = database["number_counters"]
        self._numbers = database["numbers"]
        self._taking = Rounds(self._take_all, _MOST_AT_ONCE)

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
        return await self._taking.ask(_Wish(year, certificate_id, at))

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
        await self._insert([_voided(_number(year, count, at), VoidReason.LOST) for count in gaps])
        return len(gaps)

    async def _take_all(self, wishes: Sequence[_Wish]) -> Sequence[str]:
        numbers = await self._find([wish.certificate_id for wish in wishes])
        while missing := {wish.certificate_id: wish for wish in wishes if wish.certificate_id not in numbers}:
            for year in {wish.year for wish in missing.values()}:
                asked = [wish for wish in missing.values() if wish.year == year]
                numbers |= await self._give(year, asked)
            # Whoever met a number of its own that another process wrote meanwhile finds it now.
            without = [name for name in missing if name not in numbers]
            numbers |= await self._find(without) if without else {}
        return [numbers[wish.certificate_id] for wish in wishes]

    async def _find(self, certificate_ids: Sequence[str]) -> dict[str, str]:
        found = self._numbers.find({"certificate_id": {"$in": list(certificate_ids)}}, {"certificate_id": 1})
        return {number["certificate_id"]: str(number["_id"]) async for number in found}

    async def _give(self, year: int, wishes: Sequence[_Wish]) -> dict[str, str]:
        """Write down a fresh number for each; those whose number could not be written are left out."""
        last = await self._count(year, len(wishes))
        counts = range(last - len(wishes) + 1, last + 1)
        numbers = [
            _number(year, count, wish.at) | {"certificate_id": wish.certificate_id}
            for count, wish in zip(counts, wishes, strict=True)
        ]
        refused = await self._insert(numbers)
        # Either that certificate got a number in another process, or a sweep took this one for lost.
        await self._insert([_voided(numbers[place], VoidReason.RACED) for place in refused])
        given = (number for place, number in enumerate(numbers) if place not in refused)
        return {number["certificate_id"]: number["_id"] for number in given}

    async def _count(self, year: int, so_many: int = 1) -> int:
        """Count up and return the last that was counted."""
        counter: Any = await self._counters.find_one_and_update(
            {"_id": str(year)},
            {"$inc": {"last": so_many}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return int(counter["last"])

    async def _insert(self, numbers: Sequence[Document]) -> frozenset[int]:
        """Write numbers down, and tell the places of those that were there."""
        if not numbers:
            return frozenset()
        try:
            await self._numbers.insert_many(numbers, ordered=False)
        except BulkWriteError as error:
            return duplicates_in(error)
        return frozenset()


def _number(year: int, count: int, at: datetime) -> Document:
    return {"_id": format_number(year, count), "year": year, "count": count, "at": at}


def _voided(number: Document, reason: VoidReason) -> Document:
    """The same number without a certificate."""
    kept = {name: number[name] for name in ("_id", "year", "count", "at")}
    return kept | {"void": {"reason": reason.value, "at": number["at"]}}
