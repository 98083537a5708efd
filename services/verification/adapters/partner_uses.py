"""Who asked when, why and how much: sums for each partner, purpose and hour, kept as long as facts are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from libs.chassis.mongo import Collection, Document, DuplicateKeyError
from libs.contracts.topics import FACTS_KEPT_DAYS
from services.verification.domain.inquiry import Use, UseSum

_KEPT_S: Final = int(timedelta(days=FACTS_KEPT_DAYS).total_seconds())


class MongoUses:
    """Sums in a collection of their own.

    Args:
        collection: For nothing else.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """Create the index by which old sums are dropped."""
        await self._collection.create_index("hour", name="hour", expireAfterSeconds=_KEPT_S)

    async def note(self, use: Use) -> None:
        """Add one request to its hour; no finer time is kept, and nothing of what it was about."""
        try:
            await self._add(use)
        except DuplicateKeyError:
            # Two first requests of the hour at once: the other one made the document.
            await self._add(use)

    async def sums(
        self, client_id: str | None, since: datetime, until: datetime, limit: int
    ) -> Sequence[UseSum]:
        """Sums of hours, the latest first."""
        wanted: Document = {"hour": {"$gte": since, "$lt": until}}
        if client_id is not None:
            wanted["client_id"] = client_id
        order = [("hour", -1), ("client_id", 1), ("purpose", 1)]
        found = self._collection.find(wanted, {"_id": 0}).sort(order).limit(limit)
        return [UseSum(**document) async for document in found]

    async def _add(self, use: Use) -> None:
        hour = use.at.replace(minute=0, second=0, microsecond=0)
        key = {"client_id": use.client_id, "purpose": use.purpose, "hour": hour}
        await self._collection.update_one(
            {"_id": f"{use.client_id} {use.purpose} {hour.isoformat()}"},
            {
                "$inc": {"requests": 1, "asked": use.asked, "unknown": use.unknown},
                "$setOnInsert": key,
            },
            upsert=True,
        )
