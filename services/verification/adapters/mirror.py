"""Everything that answers are made of, in this process' memory: loaded once, then kept current by changes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import structlog
from pydantic import TypeAdapter

from libs.chassis.crypto import Tampered
from libs.chassis.mongo import Database, Document, PyMongoError, watch
from libs.chassis.pausing import pause
from services.verification.adapters.packed_table import PackedTable
from services.verification.adapters.status_bits import StatusBits
from services.verification.adapters.store import DECOY
from services.verification.domain.certificate import Version
from services.verification.domain.packed import nameless, place_of, unbundle
from services.verification.domain.status_list import listed_as
from services.verification.domain.typed import key_of
from services.verification.ports import RowSealer

log = structlog.get_logger(__name__)

_CERTIFICATES: Final = "certificates"
_BEATS: Final = "beats"
_DOUBTS: Final = "doubts"
_FOLLOWED: Final = (_CERTIFICATES, _BEATS, _DOUBTS)
_PIPELINE: Final[Sequence[Mapping[str, Any]]] = [
    {"$match": {"$or": [{"ns.coll": {"$in": _FOLLOWED}}, {"operationType": "invalidate"}]}},
    {
        "$project": {
            "operationType": 1,
            "clusterTime": 1,
            "ns.coll": 1,
            "documentKey": 1,
            "fullDocument": 1,
            "updateDescription.updatedFields": 1,
        }
    },
]
_PUT: Final = frozenset({"insert", "replace", "update"})
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_BATCH: Final = 2000
_AGAIN_S: Final = 0.5
_VERSIONS: Final = TypeAdapter(tuple[Version, ...])


class Beats(Protocol):
    """Hears which heartbeats have passed through the model."""

    def note_beat(self, topic: str, partition: int, watermark: int) -> None:
        """A heartbeat was applied, and with it all that came before it in its partition."""
        ...


class _Lost(Exception):
    """The changes can't be followed any further: what is in memory counts for nothing."""


class Mirror:
    """The rows of all versions and the codes in doubt.

    The stream of changes is opened before the rows are loaded, so nothing falls between. Changes that the
    load has already seen are gone through once more, in their order, before the mirror calls itself current.
    When changes were lost it starts from nothing, and isn't current until it is through again.

    Args:
        database: The service's own.
        sealer: Opens the rows.
        beats: Is told each heartbeat, only while the mirror is current.
    """

    def __init__(self, database: Database, sealer: RowSealer, beats: Beats) -> None:
        self._database = database
        self._sealer = sealer
        self._beats = beats
        self._doubts: dict[str, frozenset[str]] = {}
        self._doubted: frozenset[bytes] = frozenset()
        self._bits = StatusBits()
        self.table = PackedTable()
        self.is_current = False

    def find(self, key: bytes) -> bytes | None:
        """The row of a code's key, or None."""
        return self.table.find(key)

    def is_doubted(self, key: bytes) -> bool:
        """Whether something about it was told that isn't understood yet."""
        return key in self._doubted

    def packed(self) -> Sequence[bytes]:
        """The statuses of all versions, list by list; what is in doubt isn't told to be valid."""
        rows = (self.table.find(key) for key in self._doubted)
        places = [place_of(row) for row in rows if row is not None]
        return self._bits.packed(
            {index: listed_as(status, doubted=True) for index, status in places if index is not None}
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Load and follow until `stop`; begin anew whenever changes may have been lost."""
        while not stop.is_set():
            try:
                await self._follow(stop)
            except (PyMongoError, _Lost) as error:
                log.warning("mirror.lost", cause=type(error).__name__)
                await pause(stop, _AGAIN_S)
            finally:
                self.is_current = False

    async def _follow(self, stop: asyncio.Event) -> None:
        async with watch(self._database, _PIPELINE) as changes:
            await self.load()
            loaded_at = (await self._database.command("ping"))["operationTime"]
            log.info("mirror.loaded", rows=len(self.table))
            while not stop.is_set():
                change = await changes.try_next()
                if change is None or change["clusterTime"] > loaded_at:
                    self.is_current = True
                if change is not None:
                    await self._apply(change)

    async def load(self) -> None:
        """Read all rows and doubts anew."""
        self.table, self._bits, self._doubts = PackedTable(), StatusBits(), {}
        everything = self._database[_CERTIFICATES].find({"_id": {"$ne": DECOY}}, {"state.packed": 1})
        old = []
        async for document in everything.batch_size(_BATCH):
            rows = self._opened(document["_id"], document["state"])
            if rows is None:
                old.append(document["_id"])
            else:
                self._put(rows)
        for certificate_id in old:
            await self._put_from_database(certificate_id)
        async for doubt in self._database[_DOUBTS].find():
            self._doubts[doubt["_id"]] = _codes_of(doubt)
        self._reckon_doubts()

    async def _apply(self, change: Mapping[str, Any]) -> None:
        kind, collection = change["operationType"], change.get("ns", {}).get("coll")
        if kind not in _PUT and (kind != "delete" or collection == _CERTIFICATES):
            # No certificate is ever deleted, no collection dropped: whoever does has made another model.
            raise _Lost
        document_id = change["documentKey"]["_id"]
        if collection == _CERTIFICATES and document_id != DECOY:
            await self._apply_certificate(document_id, change)
        elif collection == _DOUBTS:
            self._apply_doubt(document_id, change)
        elif collection == _BEATS and kind != "delete":
            self._apply_beat(change)

    async def _apply_certificate(self, certificate_id: str, change: Mapping[str, Any]) -> None:
        if "fullDocument" in change:
            self._put(self._rows(certificate_id, change["fullDocument"]["state"]))
            return
        updated = change["updateDescription"]["updatedFields"]
        if "state" in updated:
            self._put(self._rows(certificate_id, updated["state"]))
        elif any(path.startswith("state.") for path in updated):
            await self._put_from_database(certificate_id)

    async def _put_from_database(self, certificate_id: str) -> None:
        document = await self._database[_CERTIFICATES].find_one({"_id": certificate_id}, {"state": 1})
        if document is None:
            raise _Lost
        self._put(self._rows(certificate_id, document["state"]))

    def _put(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        for key, row in rows:
            self.table.put(key, row)
            index, status = place_of(row)
            if index is not None:
                self._bits.note(index, listed_as(status))

    def _rows(self, certificate_id: str, state: Mapping[str, Any]) -> Iterable[tuple[bytes, bytes]]:
        """The rows of a copy; where they can't be read, its status, which stands in clear, and no name."""
        opened = self._opened(certificate_id, state)
        return nameless(_VERSIONS.validate_python(state["versions"])) if opened is None else opened

    def _opened(self, certificate_id: str, state: Mapping[str, Any]) -> Iterable[tuple[bytes, bytes]] | None:
        if not state.get("packed"):
            return None
        try:
            return unbundle(self._sealer.open(certificate_id, state["packed"]))
        except Tampered:
            log.error("mirror.unreadable", certificate_id=certificate_id)  # noqa: TRY400 - its type says all
            return None

    def _apply_doubt(self, doubt_id: str, change: Mapping[str, Any]) -> None:
        if change["operationType"] == "delete":
            self._doubts.pop(doubt_id, None)
        elif "fullDocument" in change:
            self._doubts[doubt_id] = _codes_of(change["fullDocument"])
        self._reckon_doubts()

    def _apply_beat(self, change: Mapping[str, Any]) -> None:
        """Take a heartbeat from its change alone: the database's one may already be a later one."""
        beat = change.get("fullDocument")
        if beat is not None and self.is_current:
            self._beats.note_beat(beat["topic"], beat["partition"], beat["watermark"])

    def _reckon_doubts(self) -> None:
        self._doubted = frozenset(key_of(code) for codes in self._doubts.values() for code in codes)


def _codes_of(doubt: Document) -> frozenset[str]:
    """The digests that a doubt names; what stands for one in a record that can't be read may be anything."""
    return frozenset(code for code in doubt.get("code_hashes", ()) if _DIGEST.fullmatch(code))
