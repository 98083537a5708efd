"""The event log in memory: the twin of the Kafka one for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from zlib import crc32

from libs.chassis.log import Partition, Record
from libs.contracts.event import Envelope

MEMORY_PARTITIONS = 3


class MemoryLog:
    """Topics with a few partitions each; records are never dropped."""

    def __init__(self) -> None:
        self.records: dict[Partition, list[Record]] = {}
        self.arrived = asyncio.Event()

    async def publish_all(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        """Append records; each is there at once."""
        for envelope in envelopes:
            await self.publish_raw(envelope.topic, envelope.key.encode(), envelope.data, envelope.headers())
        return [True] * len(envelopes)

    async def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> None:
        """Append bytes as they are."""
        self._append((topic, crc32(key or b"") % MEMORY_PARTITIONS), key, value, headers)

    async def publish_to(self, partitions: Mapping[int, Envelope]) -> Mapping[int, int]:
        """Append one record to each of these partitions of its topic."""
        return {
            partition: self._append(
                (envelope.topic, partition), envelope.key.encode(), envelope.data, envelope.headers()
            )
            for partition, envelope in partitions.items()
        }

    async def end_offsets(self, topic: str) -> Mapping[int, int]:
        """The offset after the last record of each partition."""
        ends = dict.fromkeys(range(MEMORY_PARTITIONS), 0)
        return ends | {number: len(lying) for (name, number), lying in self.records.items() if name == topic}

    def _append(
        self, place: Partition, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> int:
        lying = self.records.setdefault(place, [])
        lying.append(Record(*place, len(lying), key, value, tuple(headers)))
        self.arrived.set()
        return len(lying) - 1

    def of_topic(self, topic: str) -> list[Record]:
        """Everything on one topic, partition by partition."""
        return [record for (name, _), lying in self.records.items() if name == topic for record in lying]

    def reader(self, topics: Sequence[str]) -> MemoryReader:
        """A reader of a new group, from the beginning."""
        return MemoryReader(self, topics)


class MemoryReader:
    """Reads the log from where its group stands."""

    def __init__(self, lying: MemoryLog, topics: Sequence[str]) -> None:
        self._log = lying
        self._topics = topics
        self._positions: dict[Partition, int] = {}
        self.committed: dict[Partition, int] = {}

    async def poll(self, timeout_s: float, max_records: int) -> Sequence[Record]:
        """The next records, in order within each partition; empty when none came in time."""
        records = self._take(max_records)
        if not records:
            self._log.arrived.clear()
            try:
                await asyncio.wait_for(self._log.arrived.wait(), timeout_s)
            except TimeoutError:
                return []
            records = self._take(max_records)
        return records

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Say that everything before these offsets is done."""
        self.committed.update(positions)

    async def rewind(self, positions: Mapping[Partition, int]) -> None:
        """Read again from these offsets."""
        self._positions.update(positions)

    def is_at_the_end(self) -> bool:
        """Whether nothing is left to read."""
        mine = [partition for partition in self._log.records if partition[0] in self._topics]
        return all(
            self._positions.get(partition, 0) == len(self._log.records[partition]) for partition in mine
        )

    def _take(self, max_records: int) -> list[Record]:
        taken: list[Record] = []
        for partition, lying in self._log.records.items():
            if partition[0] in self._topics:
                start = self._positions.get(partition, 0)
                new = lying[start : start + max_records - len(taken)]
                self._positions[partition] = start + len(new)
                taken += new
        return taken
