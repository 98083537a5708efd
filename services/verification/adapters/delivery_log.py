"""What every request to partners came to, in MongoDB, for thirty days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from libs.chassis.mongo import Database, Document
from services.verification.domain.webhook import Attempt

KEPT_FOR: Final = timedelta(days=30)


class MongoDeliveryLog:
    """One document per request; nothing of an answer but its status.

    Args:
        database: The service's own.
    """

    def __init__(self, database: Database) -> None:
        self._attempts = database["deliveries"]

    async def prepare(self) -> None:
        """Create the indexes, that by which old entries are dropped among them."""
        await self._attempts.create_index([("webhook_id", 1), ("_id", -1)], name="webhook")
        await self._attempts.create_index("at", name="at", expireAfterSeconds=int(KEPT_FOR.total_seconds()))

    async def note(self, attempts: Sequence[Attempt]) -> None:
        """Write down what was tried."""
        if attempts:
            documents = [_document(attempt) for attempt in attempts]
            await self._attempts.insert_many(documents, ordered=False)

    async def page(self, webhook_id: str, limit: int, before: str | None = None) -> Sequence[Attempt]:
        """The attempts for one subscription, the newest first, older than the one of that id."""
        wanted: Document = {"webhook_id": webhook_id}
        if before is not None:
            wanted["_id"] = {"$lt": before}
        cursor = self._attempts.find(wanted, sort=[("_id", -1)], limit=limit)
        return [_attempt(document) for document in await cursor.to_list(length=limit)]


def _document(attempt: Attempt) -> Document:
    return {
        "_id": attempt.id,
        "webhook_id": attempt.webhook_id,
        "message_id": attempt.message_id,
        "event_ids": attempt.event_ids,
        "tries": attempt.tries,
        "at": attempt.at,
        "status": attempt.status,
        "duration_ms": attempt.duration_ms,
        "outcome": attempt.outcome,
    }


def _attempt(document: Document) -> Attempt:
    return Attempt(
        id=document["_id"],
        webhook_id=document["webhook_id"],
        message_id=document["message_id"],
        event_ids=tuple(document["event_ids"]),
        tries=document["tries"],
        at=document["at"],
        status=document["status"],
        duration_ms=document["duration_ms"],
        outcome=document["outcome"],
    )
