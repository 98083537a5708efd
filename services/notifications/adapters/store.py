"""The service's collections, their indexes, and the questions asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from libs.chassis.aggregates import Aggregates, AnyOf, AtMost, Index, Stored
from libs.chassis.codec import Codec
from libs.chassis.platform import Ground
from services.notifications.domain import Contact, Message, State, due_before

CONTACTS = Codec("contacts", Contact, owner=lambda contact: contact.person_id)
MESSAGES = Codec("messages", Message, owner=lambda message: message.person_id)

MESSAGE_INDEXES = (
    Index("due", ("state", "next_at")),
    Index("of_person", ("person_id", "created_at")),
)

_UNSETTLED = (State.QUEUED, State.SENDING)
_MOMENT = TypeAdapter(datetime)


@dataclass(frozen=True)
class NotificationsStore:
    """The collections, opened on the real platform or on its in-memory twin."""

    contacts: Aggregates[Contact]
    messages: Aggregates[Message]

    @classmethod
    async def open(cls, ground: Ground) -> NotificationsStore:
        """Open every collection and make its indexes."""
        return cls(
            contacts=await ground.aggregates(CONTACTS),
            messages=await ground.aggregates(MESSAGES, MESSAGE_INDEXES),
        )

    async def due(self, now: datetime, limit: int) -> Sequence[Stored[Message]]:
        """Messages to be mailed now, also those whose sender has died, the longest due first."""
        latest = _MOMENT.dump_python(due_before(now), mode="json")
        where = {"state": AnyOf([str(state) for state in _UNSETTLED]), "next_at": AtMost(latest)}
        return await self.messages.find_by(where, order_by="next_at", limit=limit)

    async def messages_of(self, person_id: str, limit: int) -> Sequence[Message]:
        """The person's messages, the newest first."""
        found = await self.messages.find_by({"person_id": person_id}, order_by="-created_at", limit=limit)
        return [stored.value for stored in found]

    async def find_own(self, person_id: str, message_id: str) -> Message | None:
        """A message, if it is that person's."""
        found = await self.messages.find_by({"person_id": person_id, "id": message_id}, limit=1)
        return found[0].value if found else None
