"""The event log as the plumbing sees it: append records, read them in order, say how far one has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from libs.contracts.event import Envelope

Partition = tuple[str, int]
"""Topic name and partition number."""


@dataclass(frozen=True)
class Record:
    """One record as it was read.

    Attributes:
        offset: Its place in the partition.
        headers: Names and raw values, as written.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    @property
    def place(self) -> str:
        """The record's one address: topic, partition, offset."""
        return f"{self.topic}:{self.partition}:{self.offset}"

    @property
    def type(self) -> str:
        """The CloudEvents type, or an empty text where the record has none."""
        return dict(self.headers).get("ce_type", b"").decode("utf-8", "replace")

    @property
    def sequence(self) -> int:
        """Its event's sequence; 0 where that can't be read."""
        text = dict(self.headers).get("ce_sequence", b"")
        return int(text) if text.isdigit() else 0


class Publisher(Protocol):
    """Appends to topics."""

    async def publish_all(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        """Append records of different aggregates at once.

        Returns:
            For each whether every in-sync replica has it; one that wasn't acknowledged may be there, too.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        ...

    async def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> None:
        """Append bytes as they are, for dead letters."""
        ...

    async def publish_to(self, partitions: Mapping[int, Envelope]) -> Mapping[int, int]:
        """Append one record to each of these partitions of its topic.

        Returns:
            The offset of each record that every in-sync replica has.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        ...


class Reader(Protocol):
    """Reads the partitions that the consumer group gave this process."""

    async def poll(self, timeout_s: float, max_records: int) -> Sequence[Record]:
        """The next records, in order within each partition; empty when none came in time."""
        ...

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Say that everything before these offsets is done; a lost assignment is not an error."""
        ...

    async def rewind(self, positions: Mapping[Partition, int]) -> None:
        """Read again from these offsets."""
        ...


class LogEnds(Protocol):
    """Tells how far a topic goes."""

    async def end_offsets(self, topic: str) -> Mapping[int, int]:
        """The offset after the last record of each partition.

        What was acknowledged before the question was asked lies before these.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        ...
