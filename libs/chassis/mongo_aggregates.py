"""Aggregates in MongoDB: state, outbox, inbox and command keys in one document."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from libs.chassis.aggregates import (
    KEPT_COMMANDS,
    AnyOf,
    AtMost,
    Copied,
    Index,
    Loading,
    Stored,
    Where,
    advanced,
)
from libs.chassis.clock import Clock
from libs.chassis.codec import Codec
from libs.chassis.crypto import Vault
from libs.chassis.delivery import Delivery, Fact
from libs.chassis.errors import AlreadyApplied, Duplicate, Stale
from libs.chassis.mongo import (
    SNAPSHOT,
    BulkWriteError,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    UpdateOne,
    duplicates_in,
)
from libs.chassis.outbox import Pending, entries_for
from libs.contracts.event import Event

A = TypeVar("A")

_INDEX_IN_MESSAGE = re.compile(r"index: (\S+)")


class MongoAggregates(Loading[A]):
    """One collection of aggregates, with its outbox."""

    def __init__(
        self, database: Database, codec: Codec[A], vault: Vault, clock: Clock, bell: asyncio.Event
    ) -> None:
        self._collection: Collection = database[codec.name]
        # A scan that saw several moments could miss a document that a write moved within the index meanwhile.
        self._at_one_moment = self._collection.with_options(read_concern=SNAPSHOT)
        super().__init__(codec.name)
        self._codec = codec
        self._vault = vault
        self._clock = clock
        self._bell = bell

    async def prepare(self, indexes: Sequence[Index] = ()) -> None:
        """Create the collection's indexes, the relay's among them."""
        await self._collection.create_index(
            [("pending_since", 1)],
            name="pending",
            partialFilterExpression={"pending_since": {"$exists": True}},
        )
        for index in indexes:
            options: dict[str, Any] = {"name": index.name, "unique": index.unique}
            if index.where is not None:
                options["partialFilterExpression"] = _filter(index.where)
            await self._collection.create_index([(f"state.{path}", 1) for path in index.fields], **options)

    async def find(self, aggregate_id: str) -> Stored[A] | None:
        """The aggregate, or None."""
        document = await self._collection.find_one({"_id": aggregate_id}, _WITHOUT_OUTBOX)
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
        now = self._clock.now()
        entries, sequences = await entries_for(facts, {}, self._vault, now)
        blank = Stored(id=aggregate_id, value=value, version=0)
        stored = advanced(blank, value, sequences, applied, None)
        document: Document = {
            "_id": aggregate_id,
            "version": stored.version,
            "sequences": stored.sequences,
            "inbox": stored.inbox,
            "commands": [],
            "outbox": entries,
            **await self._codec.encode(aggregate_id, str(stored.version), value, self._vault),
        }
        if entries:
            document["pending_since"] = now
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError as error:
            raise Duplicate(index=_index_of(error)) from error
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
        now = self._clock.now()
        entries, sequences = await entries_for(facts, stored.sequences, self._vault, now)
        after = advanced(stored, value, sequences, applied, command)
        encoded = await self._codec.encode(stored.id, str(after.version), value, self._vault, stored.value)
        update: Document = {"$set": {"version": after.version, "sequences": sequences, **encoded}}
        guard: Document = {"_id": stored.id, "version": stored.version}
        if applied is not None:
            update["$set"][f"inbox.{applied.lane}"] = applied.sequence
            guard[f"inbox.{applied.lane}"] = {"$not": {"$gte": applied.sequence}}
        push: Document = {}
        if command is not None:
            push["commands"] = {"$each": [command], "$slice": -KEPT_COMMANDS}
        if entries:
            push["outbox"] = {"$each": entries}
            update["$min"] = {"pending_since": now}
        if push:
            update["$push"] = push
        await self._write(guard, update, applied)
        self._ring(entries)
        return after

    async def copy(self, states: Sequence[Copied[A]]) -> None:
        """Make aggregates what others' events say, all in one bulk write; they have no events."""
        operations = [await self._copying(state) for state in states]
        try:
            await self._collection.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            # The guard let nothing through and the upsert met the document: a later state is there already.
            duplicates_in(error)

    async def _copying(self, state: Copied[A]) -> UpdateOne:
        delivery = state.delivery
        encoded = await self._codec.encode(state.id, delivery.id, state.value, self._vault)
        inbox = f"inbox.{delivery.lane}"
        return UpdateOne(
            {"_id": state.id, inbox: {"$not": {"$gte": delivery.sequence}}},
            {
                "$set": {**encoded, inbox: delivery.sequence},
                "$inc": {"version": 1},
                "$setOnInsert": {"sequences": {}, "commands": [], "outbox": []},
            },
            upsert=True,
        )

    async def find_by(
        self, where: Where, *, order_by: str | None = None, limit: int = 100, skip: int = 0
    ) -> Sequence[Stored[A]]:
        """The aggregates that match, ascending by `order_by` (descending with a leading `-`)."""
        cursor = self._collection.find(_filter(where), _WITHOUT_OUTBOX).skip(skip).limit(limit)
        if order_by is not None:
            descending = order_by.startswith("-")
            cursor = cursor.sort(f"state.{order_by.removeprefix('-')}", -1 if descending else 1)
        documents = await cursor.to_list(length=limit)
        return [await self._codec.decode(document, self._vault) for document in documents]

    async def count_by(self, where: Where) -> int:
        """How many match."""
        return await self._collection.count_documents(_filter(where))

    async def pending(self, limit: int) -> Sequence[Pending]:
        """The aggregates whose events have waited longest."""
        cursor = self._at_one_moment.find({"pending_since": {"$exists": True}}, {"outbox": 1})
        documents = await cursor.sort("pending_since", 1).limit(limit).to_list(length=limit)
        return [Pending(document["_id"], tuple(document["outbox"])) for document in documents]

    async def pull(self, published: Mapping[str, Sequence[str]]) -> None:
        """Take out exactly the published event ids of each aggregate."""
        operations = [
            UpdateOne({"_id": aggregate_id}, _pulling(list(event_ids)))
            for aggregate_id, event_ids in published.items()
        ]
        if operations:
            await self._collection.bulk_write(operations, ordered=False)

    async def oldest(self) -> datetime | None:
        """Since when the longest-waiting event waits; None when all are published."""
        document = await self._collection.find_one(
            {"pending_since": {"$exists": True}}, {"pending_since": 1}, sort=[("pending_since", 1)]
        )
        return document["pending_since"] if document else None

    async def _write(self, guard: Document, update: Document, applied: Delivery[Event] | None) -> None:
        try:
            result = await self._collection.update_one(guard, update)
        except DuplicateKeyError as error:
            raise Duplicate(index=_index_of(error)) from error
        if result.matched_count == 1:
            return
        if applied is not None:
            found = await self._collection.find_one({"_id": guard["_id"]}, {"inbox": 1})
            if found and found["inbox"].get(applied.lane, 0) >= applied.sequence:
                raise AlreadyApplied
        raise Stale(collection=self._codec.name)

    def _ring(self, entries: Sequence[object]) -> None:
        if entries:
            self._bell.set()


_WITHOUT_OUTBOX = {"outbox": 0}


def _filter(where: Where) -> Document:
    return {f"state.{path}": _condition(wanted) for path, wanted in where.items()}


def _condition(wanted: Any) -> Any:
    if isinstance(wanted, AnyOf):
        return {"$in": list(wanted.values)}
    if isinstance(wanted, AtMost):
        return {"$ne": None, "$lte": wanted.value}
    return wanted


def _pulling(event_ids: list[str]) -> list[Document]:
    remaining = {"$filter": {"input": "$outbox", "cond": {"$not": {"$in": ["$$this.id", event_ids]}}}}
    since = {"$ifNull": [{"$first": "$outbox.time"}, "$$REMOVE"]}
    return [{"$set": {"outbox": remaining}}, {"$set": {"pending_since": since}}]


def _index_of(error: DuplicateKeyError) -> str:
    found = _INDEX_IN_MESSAGE.search(str((error.details or {}).get("errmsg", "")))
    name = found.group(1) if found else ""
    return "id" if name == "_id_" else name
