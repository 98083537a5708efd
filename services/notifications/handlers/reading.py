"""Shows people their own messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from libs.chassis.errors import NotFound
from services.notifications.domain import Message
from services.notifications.ports import Deps

MOST_LISTED: Final = 100


async def list_messages(deps: Deps, person_id: str) -> Sequence[Message]:
    """The person's last messages, the newest first."""
    return await deps.store.messages_of(person_id, MOST_LISTED)


async def get_message(deps: Deps, person_id: str, message_id: str) -> Message:
    """One of the person's messages.

    Raises:
        NotFound: There's none by that id, or it is somebody else's.
    """
    found = await deps.store.find_own(person_id, message_id)
    if found is None:
        raise NotFound
    return found
