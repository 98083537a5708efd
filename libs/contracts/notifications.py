"""Facts that notifications publishes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from libs.contracts.event import Event


class MessageEvent(Event):
    """What every fact about a message says.

    Attributes:
        template: The mail's name in the domain digest, `E0` to `E14`, or a word of ours where it names none.
        request_id: The request that it is about, or None.
    """

    message_id: str
    person_id: str
    template: str
    request_id: str | None


class MessageSent(MessageEvent):
    """A mail server accepted the mail."""

    topics = ("notifications.facts",)

    sent_at: datetime


class MessageFailed(MessageEvent):
    """The mail will not arrive."""

    topics = ("notifications.facts",)

    failed_at: datetime
    reason: Literal["refused", "gave_up"]
