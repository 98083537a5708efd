"""A lease by which one process of a service leads; its take-over names the old holder in the predicate."""

from __future__ import annotations

import time
from typing import Protocol

from libs.chassis.ids import new_id
from libs.chassis.mongo import Collection, DuplicateKeyError, ReturnDocument

_TTL_S = 3.0
_RENEW_AFTER_S = 1.0


class Lease(Protocol):
    """Says whether this process leads."""

    async def held(self) -> bool:
        """True while this process may act; renews or takes the lease as needed."""
        ...

    async def release(self) -> None:
        """Let another process lead at once."""
        ...


class MongoLease:
    """A lease document, judged by the database's clock and guarded by a fencing number.

    The holder counts on its own monotonic clock from before the request that won it, so it stops acting
    earlier than the database lets another one start.
    """

    def __init__(self, collection: Collection, name: str, ttl_s: float = _TTL_S) -> None:
        self._collection = collection
        self._name = name
        self._owner = new_id()
        self._ttl_s = ttl_s
        self._asked_at = 0.0
        self._holds = False
        self.fence = 0

    async def held(self) -> bool:
        """True while this process may act; renews or takes the lease as needed."""
        now = time.monotonic()
        if self._holds and now - self._asked_at < _RENEW_AFTER_S:
            return True
        self._asked_at = now
        self._holds = await self._take()
        return self._holds

    async def release(self) -> None:
        """Let another process lead at once."""
        if self._holds:
            self._holds = False
            await self._collection.update_one(
                {"_id": self._name, "owner": self._owner}, {"$set": {"owner": None}}
            )

    async def _take(self) -> bool:
        free_or_mine = {
            "$or": [{"$in": ["$owner", [None, self._owner]]}, {"$lt": ["$until", "$$NOW"]}],
        }
        taking = {
            "fence": {"$cond": [{"$eq": ["$owner", self._owner]}, "$fence", {"$add": ["$fence", 1]}]},
            "owner": self._owner,
            "until": {"$add": ["$$NOW", int(self._ttl_s * 1000)]},
        }
        document = await self._collection.find_one_and_update(
            {"_id": self._name, "$expr": free_or_mine},
            [{"$set": taking}],
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            return await self._create_if_absent()
        self.fence = document["fence"]
        return True

    async def _create_if_absent(self) -> bool:
        try:
            await self._collection.insert_one({"_id": self._name, "owner": None, "fence": 0, "until": None})
        except DuplicateKeyError:
            return False
        return await self._take()


class SoleLease:
    """The lease of a process that is alone by construction, as in tests in memory."""

    async def held(self) -> bool:
        """Always."""
        return True

    async def release(self) -> None:
        """Nothing to let go."""
