"""Files too big for a document, sealed under their owners' keys, with marks on those not referred to yet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from gridfs.errors import NoFile

from libs.chassis.clock import Clock
from libs.chassis.crypto import Vault, seal, unseal
from libs.chassis.errors import NotFound
from libs.chassis.mongo import Collection, Database, bucket


@dataclass(frozen=True)
class LooseFile:
    """A file of which nobody has said that its holder refers to it.

    Attributes:
        holder_id: The aggregate that should.
    """

    file_id: str
    holder_id: str


class SealedFiles:
    """Sealed files in GridFS, each belonging to an aggregate that refers to it by its id.

    Bytes and reference are two writes. A mark is set before the first byte is kept and lifted when the
    reference stands; what still has one after a while is an orphan, or only missed being lifted: the sweep
    looks.

    Args:
        database: The service's own.
        name: Of the bucket; also binds what is sealed to it.
        vault: Has the owners' keys.
        clock: Dates the marks.
    """

    def __init__(self, database: Database, name: str, vault: Vault, clock: Clock) -> None:
        self._name = name
        self._bucket = bucket(database, name)
        self._listed: Collection = database[f"{name}.files"]
        self._marks: Collection = database[f"{name}.loose"]
        self._vault = vault
        self._clock = clock

    async def write(self, file_id: str, holder_id: str, owner_id: str, content: bytes) -> None:
        """Keep `content`, marked; a second write of the same id replaces the first.

        Raises:
            KeyMissing: The owner's key isn't here.
        """
        sealed = seal(await self._vault.key_of(owner_id), content, self._place(file_id))
        await self._mark(file_id, holder_id)
        await self._delete(file_id)
        await self._bucket.upload_from_stream_with_id(
            file_id, file_id, sealed, metadata={"holder": holder_id, "owner": owner_id}
        )

    async def confirm(self, file_id: str) -> None:
        """Lift the mark: the reference stands."""
        await self._marks.delete_one({"_id": file_id})

    async def doubt(self, file_id: str) -> None:
        """Mark a file whose reference is about to be dropped; nothing happens where there's no such file."""
        listed = await self._listed.find_one({"_id": file_id}, {"metadata.holder": 1})
        if listed is not None:
            await self._mark(file_id, listed["metadata"]["holder"])

    async def read(self, file_id: str, owner_id: str) -> bytes:
        """The plain bytes.

        Raises:
            NotFound: There are none by that id.
            KeyMissing: The owner's key isn't here.
            Tampered: They are another owner's, or were altered.
        """
        key = await self._vault.key_of(owner_id)
        try:
            stream = await self._bucket.open_download_stream(file_id)
            sealed = await stream.read()
        except NoFile:
            raise NotFound from None
        return unseal(key, sealed, self._place(file_id))

    async def remove(self, file_id: str) -> None:
        """Forget a file and its mark; nothing happens where there's none."""
        await self._delete(file_id)
        await self.confirm(file_id)

    async def loose(self, before: datetime, limit: int) -> Sequence[LooseFile]:
        """What was marked before that moment and still is, the longest first."""
        found = self._marks.find({"since": {"$lt": before}}, sort=[("since", 1)], limit=limit)
        return [LooseFile(mark["_id"], mark["holder"]) async for mark in found]

    async def _mark(self, file_id: str, holder_id: str) -> None:
        mark = {"holder": holder_id, "since": self._clock.now()}
        await self._marks.update_one({"_id": file_id}, {"$set": mark}, upsert=True)

    async def _delete(self, file_id: str) -> None:
        # The driver drops the chunks even where an interrupted upload never listed the file.
        with suppress(NoFile):
            await self._bucket.delete(file_id)

    def _place(self, file_id: str) -> str:
        return f"{self._name}|{file_id}|content"
