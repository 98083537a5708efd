"""Certificates' numbers, found in the copies' part in clear, so that nothing sealed is opened for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from libs.chassis.mongo import Database
from services.verification.adapters.store import CERTIFICATES

_DOUBTS: Final = "doubts"
_PATH: Final = "state.versions.number"


class MongoNumbers:
    """Reads the copies and what is in doubt."""

    def __init__(self, database: Database) -> None:
        self._certificates = database[CERTIFICATES.name]
        self._doubts = database[_DOUBTS]

    async def prepare(self) -> None:
        """Create the index by which a number is found."""
        await self._certificates.create_index(_PATH, name="number")

    async def code_hashes_of(self, numbers: Collection[str]) -> Mapping[str, str]:
        """The digest of the newest version's code for each number that is known.

        A duplicate has its predecessor's number: the later of the two is the one that counts.
        """
        if not numbers:
            return {}
        wanted = {_PATH: {"$in": sorted(set(numbers))}}
        fields = {"state.versions.number": 1, "state.versions.code_hash": 1}
        return {
            version["number"]: version["code_hash"]
            async for document in self._certificates.find(wanted, fields)
            for version in document["state"]["versions"]
        }

    async def may_lack_some(self) -> bool:
        """Whether news of some certificate waits or couldn't be read."""
        return await self._doubts.find_one({}, {"_id": 1}) is not None
