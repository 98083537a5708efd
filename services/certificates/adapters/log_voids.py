"""Finds the log's entries that never took effect, and has the log say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from libs.chassis.mongo import Database, Document
from libs.contracts.issuance_log.entry import written
from services.certificates.adapters.log_store import MongoLogEntries

_AT_ONCE = 500
_CHECKED = "checked"
_VOID = "void/"


class MongoLogVoids:
    """Follows the log with a mark: whatever lies before it took effect or is void.

    An entry took effect when its version names it, or an entry that followed it: each key ends with the index
    of the entry before. One that didn't loses its key first, unless somebody tried again meanwhile, so that
    no later attempt finds it; then the log says that it is void.

    Args:
        database: The service's own.
        entries: The log.
        certificates: The name of the collection of files.
    """

    def __init__(self, database: Database, entries: MongoLogEntries, certificates: str) -> None:
        self._database = database
        self._log = entries
        self._entries = database["log_entries"]
        self._marks = database["log_marks"]
        self._certificates = database[certificates]

    async def void_unused(self, before: datetime, at: datetime) -> int:
        """Void the entries from before that moment that took no effect.

        Args:
            before: Whoever logged until then has published by now, or died.
            at: The moment.

        Returns:
            How many there were.
        """
        mark = await self._marks.find_one({"_id": _CHECKED})
        begin = 0 if mark is None else int(mark["upto"])
        old = {"_id": {"$gte": begin}, "at": {"$lt": written(before)}}
        shown = {"key": 1, "tried": 1}
        entries = [found async for found in self._entries.find(old, shown, sort=[("_id", 1)], limit=_AT_ONCE)]
        used = await self._used(entries)
        voided = 0
        for entry in entries:
            if not (entry["key"].startswith(_VOID) or entry["_id"] in used):
                if not await self._retire(entry, before):
                    break
                await self._log.void(entry["_id"], at)
                voided += 1
            begin = entry["_id"] + 1
        await self._marks.update_one({"_id": _CHECKED}, {"$max": {"upto": begin}}, upsert=True)
        return voided

    async def _used(self, entries: Sequence[Document]) -> frozenset[int]:
        """The indices of the entries that the entries' certificates name, or led to."""
        ids = {entry["key"].split("/", 1)[0] for entry in entries}
        wanted, shown = {"_id": {"$in": sorted(ids)}}, {"state.versions.log_index": 1}
        newest = [
            int(version["log_index"])
            async for found in self._certificates.find(wanted, shown)
            for version in found["state"]["versions"]
            if version.get("log_index") is not None
        ]
        used: set[int] = set()
        while newest:
            used |= set(newest)
            keys = self._entries.find({"_id": {"$in": newest}}, {"key": 1})
            newest = [before async for found in keys if (before := _before(found)) is not None]
        return frozenset(used)

    async def _retire(self, entry: Mapping[str, object], before: datetime) -> bool:
        """Take an entry its key, unless it was tried again since; True where it has it no longer."""
        key = str(entry["key"])
        if key.endswith("/void"):
            return True
        untried = {"$or": [{"tried": {"$exists": False}}, {"tried": {"$lt": written(before)}}]}
        retired = await self._entries.update_one(
            {"_id": entry["_id"], "key": key, **untried}, {"$set": {"key": f"{key}/{entry['_id']}/void"}}
        )
        return bool(retired.matched_count)


def _before(entry: Document) -> int | None:
    """The index of the entry before, of the same version; None on a first or a void one."""
    last = str(entry["key"]).rsplit("/", 1)[-1]
    return int(last) if last.isdigit() and not entry["key"].startswith(_VOID) else None
