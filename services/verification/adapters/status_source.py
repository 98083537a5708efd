"""The statuses of all versions, read from the service's own copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from libs.chassis.mongo import Database
from libs.contracts.certificates import CertificateStatus
from services.verification.adapters.status_bits import StatusBits
from services.verification.domain.status_list import listed_as

_WANTED: Final = {f"state.versions.{field}": 1 for field in ("code_hash", "status", "status_index")}


class MongoStatuses:
    """Reads all copies each time; the doubts first, so that what ends one is read with it."""

    def __init__(self, database: Database) -> None:
        self._certificates = database["certificates"]
        self._doubts = database["doubts"]

    async def packed(self) -> Sequence[bytes]:
        """The statuses of all versions, list by list."""
        doubted = {code async for doubt in self._doubts.find({}) for code in doubt["code_hashes"]}
        bits = StatusBits()
        async for document in self._certificates.find({}, _WANTED):
            for version in document["state"]["versions"]:
                index = version.get("status_index")
                if index is not None:
                    status = CertificateStatus(version["status"])
                    bits.note(index, listed_as(status, doubted=version["code_hash"] in doubted))
        return bits.packed()
