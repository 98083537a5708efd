"""Records that can't be applied yet, kept in order per aggregate and tried again by a timer."""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from libs.chassis.log import Record
from libs.chassis.mongo import Collection, Document, DuplicateKeyError

_FIRST_DELAY = timedelta(milliseconds=150)
_LONGEST_DELAY = timedelta(minutes=5)
_DOUBLINGS = 11


@dataclass(frozen=True)
class Parked:
    """A record that waits.

    Attributes:
        lane: Topic and aggregate; only the first of a lane is ever tried.
        order: Its event's sequence, by which its lane is ordered: a missing one comes before what waits
            for it, however late it was read.
        reason: The slug of the error that parked it.
        attempts: How often it was tried since.
    """

    record: Record
    lane: str
    order: int
    reason: str
    attempts: int
    parked_at: datetime
    next_at: datetime

    @classmethod
    def now(cls, record: Record, lane: str, reason: str, now: datetime) -> Parked:
        """A record parked at this moment."""
        return cls(record, lane, record.sequence, reason, 0, now, now + _FIRST_DELAY)

    def postponed(self, reason: str, now: datetime) -> Parked:
        """The same record after one more try: each wait is twice as long, up to five minutes."""
        delay = min(_FIRST_DELAY * 2 ** min(self.attempts + 1, _DOUBLINGS), _LONGEST_DELAY)
        return replace(self, reason=reason, attempts=self.attempts + 1, next_at=now + delay)


class Parking(Protocol):
    """Where parked records lie."""

    async def occupied(self, lanes: Items[str]) -> set[str]:
        """Which of `lanes` have a record waiting."""
        ...

    async def put(self, parked: Parked) -> None:
        """Park a record; parking it twice is parking it once."""
        ...

    async def heads(self, now: datetime, limit: int = 50) -> Sequence[Parked]:
        """The first record of each lane whose time has come."""
        ...

    async def head(self, lane: str) -> Parked | None:
        """The first record of one lane, due or not."""
        ...

    async def update(self, parked: Parked) -> None:
        """Note a failed try."""
        ...

    async def remove(self, parked: Parked) -> None:
        """Let a record go."""
        ...

    async def count(self) -> int:
        """How many records wait."""
        ...

    async def all(self, limit: int = 200) -> Sequence[Parked]:
        """What waits, oldest first."""
        ...


class MongoParking:
    """Parked records in the service's own database."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._collection.create_index([("lane", 1), ("order", 1), ("offset", 1)], name="lane")
        await self._collection.create_index([("next_at", 1)], name="due")

    async def occupied(self, lanes: Items[str]) -> set[str]:
        """Which of `lanes` have a record waiting."""
        cursor = self._collection.find({"lane": {"$in": list(lanes)}}, {"lane": 1})
        return {document["lane"] for document in await cursor.to_list(length=None)}

    async def put(self, parked: Parked) -> None:
        """Park a record; parking it twice is parking it once."""
        try:
            await self._collection.insert_one(_to_document(parked))
        except DuplicateKeyError:
            return

    async def heads(self, now: datetime, limit: int = 50) -> Sequence[Parked]:
        """The first record of each lane whose time has come."""
        cursor = self._collection.find({"next_at": {"$lte": now}}).sort("next_at", 1).limit(limit)
        found: dict[str, Parked] = {}
        for document in await cursor.to_list(length=limit):
            lane = document["lane"]
            first = None if lane in found else await self.head(lane)
            if first is not None and first.next_at <= now:
                found[lane] = first
        return list(found.values())

    async def head(self, lane: str) -> Parked | None:
        """The first record of one lane, due or not."""
        document = await self._collection.find_one({"lane": lane}, sort=[("order", 1), ("offset", 1)])
        return None if document is None else _to_parked(document)

    async def update(self, parked: Parked) -> None:
        """Note a failed try."""
        changed = {"reason": parked.reason, "attempts": parked.attempts, "next_at": parked.next_at}
        await self._collection.update_one({"_id": parked.record.place}, {"$set": changed})

    async def remove(self, parked: Parked) -> None:
        """Let a record go."""
        await self._collection.delete_one({"_id": parked.record.place})

    async def count(self) -> int:
        """How many records wait."""
        return await self._collection.count_documents({})

    async def all(self, limit: int = 200) -> Sequence[Parked]:
        """What waits, oldest first."""
        cursor = self._collection.find({}).sort("parked_at", 1).limit(limit)
        return [_to_parked(document) for document in await cursor.to_list(length=limit)]


class MemoryParking:
    """Parked records in memory, for tests."""

    def __init__(self) -> None:
        self._parked: dict[str, Parked] = {}

    async def occupied(self, lanes: Items[str]) -> set[str]:
        """Which of `lanes` have a record waiting."""
        return {parked.lane for parked in self._parked.values() if parked.lane in lanes}

    async def put(self, parked: Parked) -> None:
        """Park a record; parking it twice is parking it once."""
        self._parked.setdefault(parked.record.place, parked)

    async def heads(self, now: datetime, limit: int = 50) -> Sequence[Parked]:
        """The first record of each lane whose time has come."""
        lanes = {parked.lane for parked in self._parked.values()}
        heads = [head for lane in lanes if (head := await self.head(lane)) is not None]
        return [head for head in heads if head.next_at <= now][:limit]

    async def head(self, lane: str) -> Parked | None:
        """The first record of one lane, due or not."""
        waiting = [parked for parked in self._parked.values() if parked.lane == lane]
        return min(waiting, key=lambda parked: (parked.order, parked.record.offset), default=None)

    async def update(self, parked: Parked) -> None:
        """Note a failed try."""
        self._parked[parked.record.place] = parked

    async def remove(self, parked: Parked) -> None:
        """Let a record go."""
        self._parked.pop(parked.record.place, None)

    async def count(self) -> int:
        """How many records wait."""
        return len(self._parked)

    async def all(self, limit: int = 200) -> Sequence[Parked]:
        """What waits, oldest first."""
        return sorted(self._parked.values(), key=lambda parked: parked.parked_at)[:limit]


def _to_document(parked: Parked) -> Document:
    record = parked.record
    return {
        "_id": record.place,
        "lane": parked.lane,
        "order": parked.order,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "value": record.value,
        "headers": [[name, value] for name, value in record.headers],
        "reason": parked.reason,
        "attempts": parked.attempts,
        "parked_at": parked.parked_at,
        "next_at": parked.next_at,
    }


def _to_parked(document: Document) -> Parked:
    record = Record(
        topic=document["topic"],
        partition=document["partition"],
        offset=document["offset"],
        key=document["key"],
        value=document["value"],
        headers=tuple((name, bytes(value)) for name, value in document["headers"]),
    )
    return Parked(
        record=record,
        lane=document["lane"],
        order=document["order"],
        reason=document["reason"],
        attempts=document["attempts"],
        parked_at=document["parked_at"],
        next_at=document["next_at"],
    )
