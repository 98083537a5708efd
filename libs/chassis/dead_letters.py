"""What could never be applied: read from its topic and, on request, parked to be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.chassis.delivery import lane_of
from libs.chassis.log import Reader, Record
from libs.chassis.parking import Parked, Parking

_READ_S = 1.0
_BATCH = 500
_CAUSES = frozenset({"dead_reason", "dead_place"})


@dataclass(frozen=True)
class DeadLetter:
    """A record that a service gave up.

    Attributes:
        origin: Topic, partition and offset at which it was read.
        reason: The slug of the error that buried it.
    """

    record: Record
    origin: str
    reason: str

    @property
    def event_type(self) -> str:
        """The CloudEvents type, or an empty text where the record has none."""
        return self.record.type

    @property
    def event_id(self) -> str:
        """The CloudEvents id, or an empty text where the record has none."""
        return dict(self.record.headers).get("ce_id", b"").decode("utf-8", "replace")

    def original(self) -> Record:
        """The record as it stood before it was buried."""
        topic, partition, offset = self.origin.rsplit(":", 2)
        headers = tuple(header for header in self.record.headers if header[0] not in _CAUSES)
        return Record(topic, int(partition), int(offset), self.record.key, self.record.value, headers)


async def read_dead_letters(reader: Reader) -> Sequence[DeadLetter]:
    """Everything on the dead-letter topic that `reader` reads, from the beginning."""
    letters: list[DeadLetter] = []
    while records := await reader.poll(_READ_S, _BATCH):
        for record in records:
            headers = dict(record.headers)
            origin = headers.get("dead_place", b"").decode()
            letters.append(DeadLetter(record, origin, headers.get("dead_reason", b"").decode()))
    return letters


async def replay(letter: DeadLetter, parking: Parking, now: datetime) -> None:
    """Park a dead letter so that its service tries it at once, in order with what else waits in its lane."""
    record = letter.original()
    lane = lane_of(record.topic, (record.key or b"").decode("utf-8", "replace"))
    parked = Parked.now(record, lane, "replayed", now - timedelta(seconds=1))
    await parking.put(parked)
