"""Events that wait inside their aggregate's document until the relay has published them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from libs.chassis.correlation import correlation_id, traceparent
from libs.chassis.crypto import Vault
from libs.chassis.delivery import Fact, sealed
from libs.chassis.ids import new_id
from libs.contracts.event import Envelope, Event


@dataclass(frozen=True)
class Pending:
    """An aggregate with unpublished events, oldest first."""

    aggregate_id: str
    entries: tuple[Mapping[str, Any], ...]


class Outboxes(Protocol):
    """One collection's unpublished events, as the relay sees them."""

    async def pending(self, limit: int) -> Sequence[Pending]:
        """The aggregates that have waited longest."""
        ...

    async def pull(self, published: Mapping[str, Sequence[str]]) -> None:
        """Take out exactly the published event ids of each aggregate."""
        ...

    async def oldest(self) -> datetime | None:
        """Since when the longest-waiting event waits; None when all are published."""
        ...


def next_sequences(event: Event, sequences: Mapping[str, int]) -> dict[str, int]:
    """The sequence of `event` on each of its topics, after those already used."""
    return {topic: sequences.get(field_name(topic), 0) + 1 for topic in event.topics}


def field_name(topic: str) -> str:
    """A topic's name as a MongoDB field name."""
    return topic.replace(".", "-")


async def entries_for(
    facts: Sequence[Fact], sequences: Mapping[str, int], vault: Vault, now: datetime
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The outbox entries of `facts`, sealed, and the sequences used up to and with them.

    Raises:
        KeyMissing: A person's key isn't here.
    """
    used = dict(sequences)
    entries: list[dict[str, Any]] = []
    for fact in facts:
        event_id = new_id()
        event = await sealed(fact, event_id, vault)
        numbers = next_sequences(event, used)
        used.update({field_name(topic): number for topic, number in numbers.items()})
        entries.append(
            {
                "id": event_id,
                "type": event.type_name(),
                "topics": [[topic, number] for topic, number in numbers.items()],
                "time": now,
                "data": event.model_dump_json().encode(),
                "correlation_id": correlation_id(),
                "traceparent": traceparent(),
            }
        )
    return entries, used


def envelopes_of(service: str, key: str, entry: Mapping[str, Any]) -> list[Envelope]:
    """The records that one outbox entry becomes: one for each of its topics, in order."""
    return [
        Envelope(
            id=entry["id"],
            type=entry["type"],
            source=f"/khadamaty/{service}",
            topic=topic,
            key=key,
            sequence=number,
            time=entry["time"],
            data=entry["data"],
            correlation_id=entry["correlation_id"],
            traceparent=entry["traceparent"],
        )
        for topic, number in entry["topics"]
    ]
