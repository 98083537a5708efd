"""How far each subscription has come, in MongoDB: written only by who leads it, under its fencing number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from libs.chassis.mongo import Database, Document, DuplicateKeyError
from services.verification.domain.webhook import Held, Progress, Trouble
from services.verification.errors import Overtaken


class MongoProgress:
    """One document per subscription.

    Args:
        database: The service's own.
    """

    def __init__(self, database: Database) -> None:
        self._progress = database["webhook_progress"]

    async def begin(self, webhook_id: str, position: int) -> None:
        """Let a new subscription start behind a position."""
        try:
            await self._progress.insert_one(
                {"_id": webhook_id, "fence": 0, **asdict(Progress.begun(position))}
            )
        except DuplicateKeyError:
            return

    async def find(self, webhook_id: str) -> Progress | None:
        """How far one has come."""
        document = await self._progress.find_one({"_id": webhook_id})
        return None if document is None else _progress(document)

    async def all(self) -> Mapping[str, Progress]:
        """How far each has come."""
        documents = await self._progress.find({}).to_list(length=None)
        return {document["_id"]: _progress(document) for document in documents}

    async def note(self, webhook_id: str, progress: Progress, fence: int) -> None:
        """Write down how far one has come.

        Raises:
            Overtaken: A later leader has written, or the subscription was turned meanwhile.
        """
        guard = {"_id": webhook_id, "turn": progress.turn, "fence": {"$lte": fence}}
        result = await self._progress.update_one(guard, {"$set": {**asdict(progress), "fence": fence}})
        if not result.matched_count:
            raise Overtaken(collection="webhook_progress")

    async def turn(self, webhook_id: str, position: int | None = None) -> None:
        """Let one start afresh, from another position if one is given; its leader takes notice."""
        fresh: Document = {"trouble": None, "held": []}
        if position is not None:
            fresh |= {"position": position, "read_to": position, "ahead": []}
        await self._progress.update_one({"_id": webhook_id}, {"$set": fresh, "$inc": {"turn": 1}})

    async def forget(self, webhook_id: str) -> None:
        """Of a subscription that is no more."""
        await self._progress.delete_one({"_id": webhook_id})


def _progress(document: Document) -> Progress:
    trouble = document["trouble"]
    return Progress(
        position=document["position"],
        read_to=document["read_to"],
        turn=document["turn"],
        ahead=tuple(document["ahead"]),
        held=tuple(Held(**held) for held in document["held"]),
        trouble=None if trouble is None else Trouble(**trouble),
    )
