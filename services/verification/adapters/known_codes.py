"""The codes that are known of a certificate, read without opening what is sealed."""

from __future__ import annotations

from collections.abc import Sequence

from libs.chassis.mongo import Database
from services.verification.adapters.store import CERTIFICATES


class MongoKnownCodes:
    """Reads the copies' part in clear, so that it answers for the erased, too."""

    def __init__(self, database: Database) -> None:
        self._certificates = database[CERTIFICATES.name]

    async def code_hashes_of(self, certificate_id: str) -> Sequence[str]:
        """Those of all versions; none of a certificate that isn't known."""
        found = await self._certificates.find_one({"_id": certificate_id}, {"state.code_hashes": 1})
        return () if found is None else tuple(found["state"]["code_hashes"])
