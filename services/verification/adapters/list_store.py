"""The published status lists in MongoDB, the newest of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from prometheus_client import Gauge

from libs.chassis.metrics import REGISTRY
from libs.chassis.mongo import Database, Document, DuplicateKeyError
from services.verification.domain.status_list import ListHead, PublishedList

OLDEST_S: Final = Gauge(
    "status_lists_as_of_timestamp_seconds",
    "The moment up to which the oldest published status list is true; 0 while there's none.",
    registry=REGISTRY,
)
_WITHOUT_BYTES = {"token": 0}


class MongoStatusLists:
    """One document for each list: a list is only ever followed by one that is true for a later moment."""

    def __init__(self, database: Database) -> None:
        self._lists = database["status_lists"]

    async def heads(self) -> Sequence[ListHead]:
        """What there is, in the order of the lists."""
        found = self._lists.find({}, _WITHOUT_BYTES, sort=[("_id", 1)])
        heads = [_head(document) async for document in found]
        OLDEST_S.set(min((head.as_of.timestamp() for head in heads), default=0.0))
        return heads

    async def find(self, number: int) -> PublishedList | None:
        """One list, or None."""
        found = await self._lists.find_one({"_id": number})
        return None if found is None else PublishedList(_head(found), bytes(found["token"]))

    async def publish(self, published: PublishedList) -> None:
        """Put a list in the place of the one before, unless that one is as true or truer."""
        head = published.head
        told = {
            "as_of": head.as_of,
            "places": head.places,
            "digest": head.digest,
            "etag": head.etag,
            "token": published.token,
        }
        older = {"_id": head.number, "as_of": {"$lt": head.as_of}}
        try:
            await self._lists.update_one(older, {"$set": told}, upsert=True)
        except DuplicateKeyError:
            # The one that is there isn't older, so that the upsert met it.
            return

    async def forget(self) -> None:
        """Publish none of them any more, until new ones come."""
        await self._lists.delete_many({})


def _head(document: Document) -> ListHead:
    return ListHead(
        number=document["_id"],
        as_of=document["as_of"],
        places=document["places"],
        digest=document["digest"],
        etag=document["etag"],
    )
