"""Keeps the bytes of scans beside the data bank, sealed under their owners' keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from libs.chassis.clock import Clock
from libs.chassis.crypto import Vault
from libs.chassis.mongo import Database
from libs.chassis.sealed_files import SealedFiles
from services.requests.ports import KeptScan


class BucketScans:
    """Scans in GridFS."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._files = SealedFiles(database, "scans", vault, clock)

    async def write(self, scan_id: str, file_id: str, owner_id: str, content: bytes) -> None:
        """Keep the bytes, unconfirmed as yet; a second write of the same id replaces the first.

        Raises:
            KeyMissing: The owner's key isn't here.
        """
        await self._files.write(scan_id, file_id, owner_id, content)

    async def confirm(self, scan_id: str) -> None:
        """Note that the medical file refers to it now."""
        await self._files.confirm(scan_id)

    async def doubt(self, scan_id: str) -> None:
        """Note that the file is about to drop its reference; the sweep decides if nobody else does."""
        await self._files.doubt(scan_id)

    async def read(self, scan_id: str, owner_id: str) -> bytes:
        """The plain bytes.

        Raises:
            NotFound: There are none by that id.
            KeyMissing: The owner's key isn't here.
        """
        return await self._files.read(scan_id, owner_id)

    async def remove(self, scan_id: str) -> None:
        """Forget the bytes; nothing happens where there are none."""
        await self._files.remove(scan_id)

    async def unconfirmed(self, before: datetime, limit: int) -> Sequence[KeptScan]:
        """What was written or doubted before that moment and not confirmed since."""
        return [KeptScan(loose.file_id, loose.holder_id) for loose in await self._files.loose(before, limit)]
