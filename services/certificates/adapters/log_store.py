"""The issuance log's entries in MongoDB: dense, append-only, each change once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from libs.chassis.mongo import BulkWriteError, Database, Document, duplicates_in
from libs.chassis.rounds import Rounds
from libs.contracts.issuance_log.entry import SALT_BYTES, LogEntry, LogKind, written
from libs.contracts.issuance_log.merkle import leaf_hash
from services.certificates.domain.log import LogIntent, LogReceipt

_MOST_AT_ONCE = 500


@dataclass(frozen=True)
class _Tail:
    """Where the log ended when this process last looked.

    Attributes:
        at: The last entry's moment; None on an empty log.
    """

    size: int
    at: datetime | None


@dataclass(frozen=True)
class _Draft:
    """An entry that wants its place.

    Attributes:
        at: The moment, unless the log is further.
        commitment: In hex, of that moment under that salt.
    """

    key: str
    kind: LogKind
    at: datetime
    commitment: Callable[[datetime, str], str]
    of: int | None = None


class MongoLogEntries:
    """One document per entry; its id is its index.

    Whoever appends writes behind the end that it knows. Of two that write the same index one is refused,
    looks again and goes on behind the other; within one write each entry is written only after the one before
    it. So no index is missing and none is there twice, whatever dies. The unique key lets each change in
    once.

    Args:
        database: The service's own.
        entropy: Gives that many unpredictable bytes.
    """

    def __init__(self, database: Database, entropy: Callable[[int], bytes]) -> None:
        self._entries = database["log_entries"]
        self._entropy = entropy
        self._tail = _Tail(0, None)
        self._appending = Rounds(self._append_all, _MOST_AT_ONCE)

    async def prepare(self) -> None:
        """Create the index."""
        await self._entries.create_index("key", name="key", unique=True)

    async def append(self, intent: LogIntent) -> LogReceipt:
        """Where that change stands in the log; it is written unless an earlier attempt wrote it."""
        statement = intent.statement

        def commitment(at: datetime, salt: str) -> str:
            return replace(statement, changed_at=at).commitment(salt)

        return await self._appending.ask(_Draft(intent.key, intent.kind, statement.changed_at, commitment))

    async def void(self, index: int, at: datetime) -> LogReceipt:
        """Say that an entry never took effect; said once, however often it is asked."""

        def commitment(_at: datetime, salt: str) -> str:
            return sha256(bytes.fromhex(salt)).hexdigest()

        return await self._appending.ask(_Draft(f"void/{index}", LogKind.VOIDED, at, commitment, index))

    async def size(self) -> int:
        """How many entries there are."""
        newest = await self._entries.find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return 0 if newest is None else int(newest["_id"]) + 1

    async def leaves(self, begin: int, end: int) -> Sequence[bytes]:
        """The bytes of the entries from `begin` up to before `end`, as many of them as there are."""
        return [bytes(found["leaf"]) for found in await self._range(begin, end, "leaf")]

    async def hashes(self, begin: int, end: int) -> Sequence[bytes]:
        """The leaf hashes of the entries from `begin` up to before `end`, as many of them as there are."""
        return [bytes(found["hash"]) for found in await self._range(begin, end, "hash")]

    async def _range(self, begin: int, end: int, field: str) -> Sequence[Document]:
        within = {"_id": {"$gte": begin, "$lt": end}}
        return [found async for found in self._entries.find(within, {field: 1}, sort=[("_id", 1)])]

    async def _append_all(self, drafts: Sequence[_Draft]) -> Sequence[LogReceipt]:
        wanted = {draft.key: draft for draft in drafts}
        receipts: dict[str, LogReceipt] = {}
        while missing := [draft for key, draft in wanted.items() if key not in receipts]:
            documents = self._documents(missing)
            try:
                await self._entries.insert_many(documents, ordered=True)
            except BulkWriteError as error:
                duplicates_in(error)
                receipts |= await self._find(missing)
                self._tail = await self._read_tail()
            else:
                last = documents[-1]
                self._tail = _Tail(last["_id"] + 1, datetime.fromisoformat(last["at"]))
                receipts |= {document["key"]: _receipt(document) for document in documents}
        return [receipts[draft.key] for draft in drafts]

    def _documents(self, drafts: Sequence[_Draft]) -> list[Document]:
        documents, at = [], self._tail.at
        for index, draft in enumerate(drafts, self._tail.size):
            at = draft.at if at is None else max(at, draft.at)
            salt = self._entropy(SALT_BYTES).hex()
            leaf = LogEntry(draft.kind, at, draft.commitment(at, salt), draft.of).encoded()
            document: dict[str, Any] = {"_id": index, "key": draft.key, "at": written(at), "salt": salt}
            documents.append(document | {"leaf": leaf, "hash": leaf_hash(leaf)})
        return documents

    async def _find(self, drafts: Sequence[_Draft]) -> dict[str, LogReceipt]:
        """The entries that earlier attempts wrote; that they are tried again keeps them from being voided."""
        wanted = {"key": {"$in": [draft.key for draft in drafts]}}
        await self._entries.update_many(wanted, {"$max": {"tried": written(max(d.at for d in drafts))}})
        shown = {"key": 1, "at": 1, "salt": 1}
        return {found["key"]: _receipt(found) async for found in self._entries.find(wanted, shown)}

    async def _read_tail(self) -> _Tail:
        newest = await self._entries.find_one({}, {"at": 1}, sort=[("_id", -1)])
        if newest is None:
            return _Tail(0, None)
        return _Tail(newest["_id"] + 1, datetime.fromisoformat(newest["at"]))


def _receipt(document: Document) -> LogReceipt:
    return LogReceipt(document["_id"], document["salt"], datetime.fromisoformat(document["at"]))
