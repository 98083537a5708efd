"""The in-memory twins of the chassis' stores and log, kept honest by the same contract suite."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from libs.chassis.aggregates import Aggregates, AnyOf, AtMost, Copied, Index, Loading, Stored, Where, advanced
from libs.chassis.clock import Clock
from libs.chassis.codec import Codec
from libs.chassis.crypto import MemoryKeyStore, Vault
from libs.chassis.delivery import Delivery, Fact
from libs.chassis.errors import AlreadyApplied, Duplicate, Stale
from libs.chassis.outbox import Pending, entries_for
from libs.contracts.event import Event

A = TypeVar("A")


class MemoryAggregates(Loading[A]):
    """One collection of aggregates in memory: encoded and decoded as the real one's are."""

    def __init__(
        self, codec: Codec[A], vault: Vault, clock: Clock, bell: asyncio.Event | None = None
    ) -> None:
        super().__init__(codec.name)
        self._codec = codec
        self._vault = vault
        self._clock = clock
        self._bell = bell or asyncio.Event()
        self._documents: dict[str, dict[str, Any]] = {}
        self._indexes: Sequence[Index] = ()

    async def prepare(self, indexes: Sequence[Index] = ()) -> None:
        """Remember the unique indexes."""
        self._indexes = [index for index in indexes if index.unique]

    async def find(self, aggregate_id: str) -> Stored[A] | None:
        """The aggregate, or None."""
        document = self._documents.get(aggregate_id)
        return None if document is None else await self._codec.decode(document, self._vault)

    async def insert(
        self,
        aggregate_id: str,
        value: A,
        facts: Sequence[Fact] = (),
        *,
        applied: Delivery[Event] | None = None,
    ) -> Stored[A]:
        """Create it, its events with it.

        Raises:
            Duplicate: The id or a unique field is taken; `details["index"]` says which.
        """
        entries, sequences = await entries_for(facts, {}, self._vault, self._clock.now())
        blank = Stored(id=aggregate_id, value=value, version=0)
        stored = advanced(blank, value, sequences, applied, None)
        document = await self._document(stored, entries)
        if aggregate_id in self._documents:
            raise Duplicate(index="id")
        self._check_unique(aggregate_id, document)
        self._documents[aggregate_id] = document
        self._ring(entries)
        return stored

    async def save(
        self,
        stored: Stored[A],
        value: A,
        facts: Sequence[Fact] = (),
        *,
        applied: Delivery[Event] | None = None,
        command: str | None = None,
    ) -> Stored[A]:
        """Replace it, its events, the mark of the applied delivery and of the command with it.

        Raises:
            Stale: It has changed since it was loaded.
            AlreadyApplied: The delivery took effect meanwhile.
            Duplicate: A unique field is taken.
        """
        entries, sequences = await entries_for(facts, stored.sequences, self._vault, self._clock.now())
        after = advanced(stored, value, sequences, applied, command)
        document = await self._document(after, entries)
        current = self._documents.get(stored.id)
        if current is None or current["version"] != stored.version:
            if current and applied and current["inbox"].get(applied.lane, 0) >= applied.sequence:
                raise AlreadyApplied
            raise Stale(collection=self._codec.name)
        self._check_unique(stored.id, document)
        document["outbox"] = current["outbox"] + entries
        self._documents[stored.id] = document
        self._ring(entries)
        return after

    async def copy(self, states: Sequence[Copied[A]]) -> None:
        """Make aggregates what others' events say; they have no events of their own."""
        for state in states:
            stored = await self.find(state.id) or Stored(state.id, state.value, 0)
            if stored.inbox.get(state.delivery.lane, 0) < state.delivery.sequence:
                after = advanced(stored, state.value, {}, state.delivery, None)
                self._documents[state.id] = await self._document(after, [])

    async def find_by(
        self, where: Where, *, order_by: str | None = None, limit: int = 100, skip: int = 0
    ) -> Sequence[Stored[A]]:
        """The aggregates that match, ascending by `order_by` (descending with a leading `-`)."""
        found = [document for document in self._documents.values() if _matches(document, where)]
        if order_by is not None:
            path = order_by.removeprefix("-")
            found.sort(key=lambda document: _sortable(_at(document, path)), reverse=order_by.startswith("-"))
        return [await self._codec.decode(document, self._vault) for document in found[skip : skip + limit]]

    async def count_by(self, where: Where) -> int:
        """How many match."""
        return sum(_matches(document, where) for document in self._documents.values())

    async def pending(self, limit: int) -> Sequence[Pending]:
        """The aggregates whose events have waited longest."""
        waiting = [document for document in self._documents.values() if document["outbox"]]
        waiting.sort(key=lambda document: document["outbox"][0]["time"])
        return [Pending(document["_id"], tuple(document["outbox"])) for document in waiting[:limit]]

    async def pull(self, published: Mapping[str, Sequence[str]]) -> None:
        """Take out exactly the published event ids of each aggregate."""
        for aggregate_id, event_ids in published.items():
            document = self._documents[aggregate_id]
            document["outbox"] = [entry for entry in document["outbox"] if entry["id"] not in event_ids]

    async def oldest(self) -> datetime | None:
        """Since when the longest-waiting event waits; None when all are published."""
        waiting = await self.pending(1)
        return waiting[0].entries[0]["time"] if waiting else None

    async def _document(self, stored: Stored[A], entries: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "_id": stored.id,
            "version": stored.version,
            "sequences": dict(stored.sequences),
            "inbox": dict(stored.inbox),
            "commands": list(stored.commands),
            "outbox": list(entries),
            **await self._codec.encode(stored.id, str(stored.version), stored.value, self._vault),
        }

    def _check_unique(self, aggregate_id: str, document: Mapping[str, Any]) -> None:
        for index in self._indexes:
            where = index.where or {}
            if not _matches(document, where):
                continue
            same = {path: _at(document, path) for path in index.fields} | dict(where)
            for other_id, other in self._documents.items():
                if other_id != aggregate_id and _matches(other, same):
                    raise Duplicate(index=index.name)

    def _ring(self, entries: Sequence[object]) -> None:
        if entries:
            self._bell.set()


def _at(document: Mapping[str, Any], path: str) -> Any:
    """What stands at a path; of a list of mappings the list of what stands in each, as MongoDB has it."""
    value: Any = document["state"]
    for step in path.split("."):
        if isinstance(value, list):
            value = [item.get(step) for item in value if isinstance(item, Mapping)]
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)


def _matches(document: Mapping[str, Any], where: Where) -> bool:
    return all(_matches_one(_at(document, path), wanted) for path, wanted in where.items())


def _matches_one(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, AnyOf):
        choices = list(wanted.values)
        return any(item in choices for item in value) if isinstance(value, list) else value in choices
    if isinstance(wanted, AtMost):
        items = value if isinstance(value, list) else [value]
        return any(item is not None and item <= wanted.value for item in items)
    return bool(wanted in value) if isinstance(value, list) else bool(value == wanted)


class MemoryPlatform:
    """Opens a service's store without any server: the ground under unit tests.

    Attributes:
        vault: Makes and keeps owners' keys, as the service under test sees them.
    """

    def __init__(self, clock: Clock, service: str = "test") -> None:
        self.clock = clock
        self.vault = Vault(service, os.urandom(32), MemoryKeyStore())
        self._opened: list[MemoryAggregates[Any]] = []

    async def aggregates(self, codec: Codec[A], indexes: Sequence[Index] = ()) -> Aggregates[A]:
        """One collection of aggregates in memory."""
        opened = MemoryAggregates(codec, self.vault, self.clock)
        await opened.prepare(indexes)
        self._opened.append(opened)
        return opened

    async def published(self) -> list[str]:
        """The types of all events that wait in the outboxes, oldest first within each aggregate."""
        waiting = [pending for opened in self._opened for pending in await opened.pending(1_000_000)]
        return [entry["type"] for pending in waiting for entry in pending.entries]
