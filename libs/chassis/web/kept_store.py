"""Where kept answers lie: sealed in the service's own database for an hour, or in memory for tests."""

from __future__ import annotations

from datetime import timedelta

import orjson

from libs.chassis.clock import Clock
from libs.chassis.crypto import Tampered, seal, unseal
from libs.chassis.ids import new_secret
from libs.chassis.mongo import Collection
from libs.chassis.web.kept import KEPT_FOR_S, Fields


class MongoKeptAnswers:
    """Kept answers in a collection of their own.

    Page and owner aren't stored: they are bound into the sealing, so nothing else opens it.

    Args:
        collection: For nothing else.
        key: The service's key-encryption key.
        clock: Tells when they are too old, before MongoDB has dropped them.
    """

    def __init__(self, collection: Collection, key: bytes, clock: Clock) -> None:
        self._collection = collection
        self._key = key
        self._clock = clock

    async def prepare(self) -> None:
        """Create the index by which old answers are dropped."""
        await self._collection.create_index("expires_at", name="expires_at", expireAfterSeconds=0)

    async def keep(self, fields: Fields, path: str, owner: str) -> str:
        """Keep what was typed; returns its id."""
        kept_id = new_secret()
        sealed = seal(self._key, orjson.dumps(list(fields)), _place(kept_id, path, owner))
        expires_at = self._clock.now() + timedelta(seconds=KEPT_FOR_S)
        await self._collection.insert_one({"_id": kept_id, "sealed": sealed, "expires_at": expires_at})
        return kept_id

    async def find(self, kept_id: str, path: str, owner: str) -> Fields | None:
        """The answers kept under that id for that page and owner, or None."""
        found = await self._collection.find_one({"_id": kept_id, "expires_at": {"$gt": self._clock.now()}})
        if found is None:
            return None
        try:
            plain = unseal(self._key, found["sealed"], _place(kept_id, path, owner))
        except Tampered:
            return None
        return _fields(plain)


class MemoryKeptAnswers:
    """Kept answers in memory, for tests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, Fields, float]] = {}

    async def keep(self, fields: Fields, path: str, owner: str) -> str:
        """Keep what was typed; returns its id."""
        kept_id = new_secret()
        until = self._clock.now().timestamp() + KEPT_FOR_S
        self._kept[kept_id] = (_place(kept_id, path, owner), tuple(fields), until)
        return kept_id

    async def find(self, kept_id: str, path: str, owner: str) -> Fields | None:
        """The answers kept under that id for that page and owner, or None."""
        place, fields, until = self._kept.get(kept_id, ("", (), 0.0))
        fits = place == _place(kept_id, path, owner) and until > self._clock.now().timestamp()
        return fields if fits else None


def _place(kept_id: str, path: str, owner: str) -> str:
    return f"kept-answers|{kept_id}|{owner}|{path}"


def _fields(plain: bytes) -> Fields:
    return [(str(name), str(value)) for name, value in orjson.loads(plain)]
