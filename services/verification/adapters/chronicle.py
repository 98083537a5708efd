"""The public facts in MongoDB: dense, append-only, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from libs.chassis.errors import SequenceGap
from libs.chassis.ids import new_id
from libs.chassis.mongo import BulkWriteError, Database, Document, DuplicateKeyError, duplicates_in
from libs.chassis.rounds import Rounds
from libs.contracts.certificates import CertificateStatus
from services.verification.domain.public_fact import Entry, Page, PublicFact

_MOST_AT_ONCE = 500
_EDITION_LETTERS = 12
_FOUNDATION = 0


@dataclass(frozen=True)
class _Tail:
    """Where the chronicle ended when this process last looked.

    Attributes:
        reached: The latest moment that any entry tells of; None on an empty chronicle.
    """

    position: int
    reached: datetime | None


class MongoChronicle:
    """One document per fact; its id is its position.

    Whoever appends writes behind the end that it knows. Of two that write the same position one is refused,
    looks again and goes on behind the other; within one write each entry is written only after the one before
    it. So a reader that sees a position sees all before it, whatever dies and whoever writes at once. The
    unique key lets each fact in once.

    The document at position 0 names the copy itself: whoever drops the collection drops the name with it, and
    cursors into the dropped copy are recognised.

    Args:
        database: The service's own.
    """

    def __init__(self, database: Database) -> None:
        self._entries = database["public_facts"]
        self._tail = _Tail(_FOUNDATION, None)
        self._edition = ""
        self._appending = Rounds(self._append_all, _MOST_AT_ONCE)

    async def prepare(self) -> None:
        """Create the indexes and give the copy its name."""
        told = {"key": {"$exists": True}}
        await self._entries.create_index("key", name="key", unique=True, partialFilterExpression=told)
        await self._entries.create_index([("reached", 1), ("_id", 1)], name="reached")
        try:
            # The random end of the id: its beginning is a moment.
            name = new_id().replace("-", "")[-_EDITION_LETTERS:]
            await self._entries.insert_one({"_id": _FOUNDATION, "edition": name})
        except DuplicateKeyError:
            pass
        founded = await self._entries.find_one({"_id": _FOUNDATION})
        self._edition = str((founded or {})["edition"])

    @property
    def edition(self) -> str:
        """What this copy calls itself."""
        return self._edition

    async def append(self, fact: PublicFact) -> None:
        """Keep a fact; one that is there already stays as it is.

        Raises:
            SequenceGap: The one before it, of the same certificate, isn't there.
        """
        if not await self._appending.ask(fact):
            raise SequenceGap(certificate_id=fact.certificate_id, got=fact.sequence)

    async def tail(self) -> int:
        """The last position, 0 where nothing has been told yet."""
        return (await self._read_tail()).position

    async def after(
        self,
        position: int,
        limit: int,
        *,
        since: datetime | None = None,
        statuses: Sequence[CertificateStatus] = (),
    ) -> Page:
        """The entries behind a position, in their order."""
        tail = await self.tail()
        wanted: Document = {"_id": {"$gt": position, "$lte": tail}}
        if since is not None:
            wanted["time"] = {"$gte": since}
        if statuses:
            wanted["status"] = {"$in": [status.value for status in statuses]}
        cursor = self._entries.find(wanted, sort=[("_id", 1)], limit=limit)
        entries = [_entry(document) for document in await cursor.to_list(length=limit)]
        full = len(entries) == limit
        return Page(entries, entries[-1].position if full else max(tail, position))

    async def before(self, moment: datetime) -> int:
        """The last position before the first fact of that moment or later."""
        # The end first: what comes between the two questions is later than that end.
        tail = await self.tail()
        first = await self._entries.find_one(
            {"reached": {"$gte": moment}}, {"_id": 1}, sort=[("reached", 1), ("_id", 1)]
        )
        return tail if first is None else int(first["_id"]) - 1

    async def _append_all(self, facts: Sequence[PublicFact]) -> Sequence[bool]:
        """Write what isn't there; says of each whether it is now."""
        known = await self._known([key for fact in facts for key in (_key(fact), _key_before(fact))])
        wanted: dict[str, PublicFact] = {}
        for fact in facts:
            if fact.sequence == 1 or _key_before(fact) in known or _key_before(fact) in wanted:
                wanted[_key(fact)] = fact
        while missing := [fact for key, fact in wanted.items() if key not in known]:
            known |= await self._write(missing)
        return [_key(fact) in known for fact in facts]

    async def _write(self, facts: Sequence[PublicFact]) -> set[str]:
        documents = self._documents(facts)
        try:
            await self._entries.insert_many(documents, ordered=True)
        except BulkWriteError as error:
            duplicates_in(error)
            self._tail = await self._read_tail()
            return await self._known([_key(fact) for fact in facts])
        self._tail = _Tail(documents[-1]["_id"], documents[-1]["reached"])
        return {document["key"] for document in documents}

    def _documents(self, facts: Sequence[PublicFact]) -> list[Document]:
        documents: list[Document] = []
        reached = self._tail.reached
        for position, fact in enumerate(facts, self._tail.position + 1):
            reached = fact.time if reached is None else max(reached, fact.time)
            documents.append({"_id": position, "reached": reached, **_told(fact)})
        return documents

    async def _known(self, keys: Sequence[str]) -> set[str]:
        found = self._entries.find({"key": {"$in": list(keys)}}, {"_id": 0, "key": 1})
        return {document["key"] async for document in found}

    async def _read_tail(self) -> _Tail:
        newest = await self._entries.find_one({}, {"reached": 1}, sort=[("_id", -1)])
        if newest is None:
            return _Tail(_FOUNDATION, None)
        return _Tail(int(newest["_id"]), newest.get("reached"))


def _key(fact: PublicFact) -> str:
    return f"{fact.certificate_id}/{fact.sequence}"


def _key_before(fact: PublicFact) -> str:
    return f"{fact.certificate_id}/{fact.sequence - 1}"


def _told(fact: PublicFact) -> Document:
    return {
        "key": _key(fact),
        "event_id": fact.id,
        "certificate_id": fact.certificate_id,
        "sequence": fact.sequence,
        "time": fact.time,
        "status": fact.status.value,
        "body": fact.body,
    }


def _entry(document: Mapping[str, object]) -> Entry:
    found: Document = dict(document)
    fact = PublicFact(
        id=found["event_id"],
        certificate_id=found["certificate_id"],
        sequence=found["sequence"],
        time=found["time"],
        status=CertificateStatus(found["status"]),
        body=bytes(found["body"]),
    )
    return Entry(found["_id"], fact)
