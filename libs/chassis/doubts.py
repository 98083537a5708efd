"""What can't be answered for now: aggregates of which a record waits or was given up."""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from libs.chassis.log import Record
from libs.chassis.mongo import Collection, Document, DuplicateKeyError

COLLECTION = "doubts"


@dataclass(frozen=True)
class Doubt:
    """One record that isn't applied, and what can't be answered for meanwhile.

    Attributes:
        place: The record's, as `Record.place`.
        lane: Topic and aggregate.
        sequence: Its event's; 0 where the record can't be read.
        about: What is doubtful, in the service's own terms.
    """

    place: str
    lane: str
    sequence: int
    offset: int
    about: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, record: Record, lane: str, about: Mapping[str, Sequence[str]]) -> Doubt:
        """The doubt that a record raises."""
        return cls(record.place, lane, record.sequence, record.offset, about)

    def is_ended_by(self, applied: Record) -> bool:
        """Whether, once another record's state is applied, this one's is of no account."""
        return self.sequence <= applied.sequence and self.offset <= applied.offset


class Doubts(Protocol):
    """The doubts that stand."""

    async def among(self, lanes: Items[str]) -> set[str]:
        """Which of `lanes` are in doubt."""
        ...

    async def cast(self, doubt: Doubt) -> None:
        """Doubt until that record or a later one is applied; for the second time it changes nothing."""
        ...

    async def end(self, lane: str, applied: Record) -> None:
        """End the doubts that a record of the lane ends by being applied."""
        ...


class MongoDoubts:
    """Each doubt is a document that is inserted once and deleted once.

    So whoever follows the changes reads in each all that it says, as it was at that point of the oplog.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """Create the index."""
        await self._collection.create_index([("lane", 1)], name="lane")

    async def among(self, lanes: Items[str]) -> set[str]:
        """Which of `lanes` are in doubt."""
        cursor = self._collection.find({"lane": {"$in": list(lanes)}}, {"lane": 1})
        return {document["lane"] for document in await cursor.to_list(length=None)}

    async def cast(self, doubt: Doubt) -> None:
        """Doubt until that record or a later one is applied; for the second time it changes nothing."""
        document: Document = {
            "_id": doubt.place,
            "lane": doubt.lane,
            "sequence": doubt.sequence,
            "offset": doubt.offset,
            **doubt.about,
        }
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            return

    async def end(self, lane: str, applied: Record) -> None:
        """End the doubts that a record of the lane ends by being applied."""
        earlier = {"sequence": {"$lte": applied.sequence}, "offset": {"$lte": applied.offset}}
        await self._collection.delete_many({"lane": lane, **earlier})


class MemoryDoubts:
    """Doubts in memory, for tests."""

    def __init__(self) -> None:
        self.standing: dict[str, Doubt] = {}

    async def among(self, lanes: Items[str]) -> set[str]:
        """Which of `lanes` are in doubt."""
        return {doubt.lane for doubt in self.standing.values() if doubt.lane in lanes}

    async def cast(self, doubt: Doubt) -> None:
        """Doubt until that record or a later one is applied; for the second time it changes nothing."""
        self.standing.setdefault(doubt.place, doubt)

    async def end(self, lane: str, applied: Record) -> None:
        """End the doubts that a record of the lane ends by being applied."""
        self.standing = {
            place: doubt
            for place, doubt in self.standing.items()
            if doubt.lane != lane or not doubt.is_ended_by(applied)
        }
