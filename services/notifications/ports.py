"""What the handlers need of the outside, and the one frozen object in which they receive it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from libs.chassis.aggregates import Aggregates, Stored
from libs.chassis.clock import Clock
from services.notifications.domain import Contact, Message


class Store(Protocol):
    """The service's collections and the questions that are asked of them."""

    @property
    def contacts(self) -> Aggregates[Contact]:
        """Whom messages go to, by person."""
        ...

    @property
    def messages(self) -> Aggregates[Message]:
        """All messages."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Stored[Message]]:
        """Messages to be mailed now, also those whose sender has died, the longest due first."""
        ...

    async def messages_of(self, person_id: str, limit: int) -> Sequence[Message]:
        """The person's messages, the newest first."""
        ...

    async def find_own(self, person_id: str, message_id: str) -> Message | None:
        """A message, if it is that person's."""
        ...


@dataclass(frozen=True)
class Letter:
    """A message in words.

    Attributes:
        language: The tag of its language (RFC 5646).
    """

    subject: str
    text: str
    html: str
    language: str


class Letters(Protocol):
    """Puts messages into words."""

    def write(self, message: Message) -> Letter:
        """The mail of a message, in the message's language."""
        ...


@dataclass(frozen=True)
class Mail:
    """A letter on its way.

    Attributes:
        message_id: The same at each try, by which a mailbox can tell a repetition.
        date: When the message was written, the same at each try.
    """

    message_id: str
    recipient: str
    letter: Letter
    date: datetime


class MailSession(Protocol):
    """One conversation with a mail server."""

    async def send(self, mail: Mail) -> None:
        """Hand a mail over.

        Raises:
            MailRefused: It will never be taken.
            MailDeferred: It isn't taken now; the conversation goes on.
            MailServerDown: The conversation has ended.
        """
        ...


class PostOffice(Protocol):
    """Takes mails."""

    def session(self) -> AbstractAsyncContextManager[MailSession]:
        """Open a conversation, which ends with the block.

        Raises:
            MailServerDown: On entering; the server doesn't answer as it should.
        """
        ...


@dataclass(frozen=True)
class Deps:
    """What every handler receives.

    Attributes:
        trust: The chassis' copy of what identity published; only its own rows in `consumers` use it.
        waiting: Set when a message was queued, so that the sender needn't wait for its timer.
    """

    clock: Clock
    trust: object
    store: Store
    letters: Letters
    post_office: PostOffice
    waiting: asyncio.Event
