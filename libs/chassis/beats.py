"""How far heartbeats prove a service's copies to reach, in the service's own database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from libs.chassis.log import Partition
from libs.chassis.mongo import BulkWriteError, Collection, Document, ReplaceOne, duplicates_in

COLLECTION = "beats"


class Beats(Protocol):
    """The highest watermark of each partition whose heartbeat was reached."""

    async def reach(self, watermarks: Mapping[Partition, int]) -> None:
        """Note what was reached; a lower one than before changes nothing.

        Called when everything ahead of those heartbeats has been seen through.
        """
        ...


class MongoBeats:
    """Watermarks as documents `{_id: "<topic>:<partition>", topic, partition, watermark}`, replaced whole.

    So whoever follows the changes reads each as it was at that point of the oplog, and has seen, when he
    sees it, every write that it speaks for.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def reach(self, watermarks: Mapping[Partition, int]) -> None:
        """Note what was reached; a lower one than before changes nothing."""
        try:
            await self._collection.bulk_write(
                [_raising(*partition, watermark) for partition, watermark in watermarks.items()],
                ordered=False,
            )
        except BulkWriteError as error:
            # The guard let nothing through and the upsert met the document: it stands as high already.
            duplicates_in(error)


class MemoryBeats:
    """Watermarks in memory, for tests."""

    def __init__(self) -> None:
        self.reached: dict[Partition, int] = {}

    async def reach(self, watermarks: Mapping[Partition, int]) -> None:
        """Note what was reached; a lower one than before changes nothing."""
        for partition, watermark in watermarks.items():
            self.reached[partition] = max(watermark, self.reached.get(partition, watermark))


def _raising(topic: str, partition: int, watermark: int) -> ReplaceOne[Document]:
    name = f"{topic}:{partition}"
    document: Document = {"_id": name, "topic": topic, "partition": partition, "watermark": watermark}
    return ReplaceOne({"_id": name, "watermark": {"$lt": watermark}}, document, upsert=True)
