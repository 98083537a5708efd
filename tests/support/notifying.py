"""Notifications over memory: its handlers, a mail server that does as told, and events to hand them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from libs.chassis.clock import FixedClock
from libs.chassis.delivery import Delivery
from libs.chassis.memory import MemoryPlatform
from libs.contracts.event import Data, Event
from libs.contracts.identity import Language, PersonState, SecretCode, SecretCodeIssued
from libs.contracts.people import Identifier, IdentifierKind, PersonDetails
from libs.ui.pages import Pages
from services.notifications.adapters.letters import TemplateLetters
from services.notifications.adapters.store import NotificationsStore
from services.notifications.consumers import SUBSCRIPTIONS
from services.notifications.domain import Message
from services.notifications.errors import MailDeferred, MailRefused, MailServerDown
from services.notifications.ports import Deps, Mail, MailSession

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = "https://khadamaty.example"
PERSON = "person-1"
CODE = "7K3MQ9XC"
PAGES = Pages("services.notifications")

Trouble = MailRefused | MailDeferred | MailServerDown


@dataclass
class FakePostOffice:
    """Takes mails, or fails as it is told to: one entry per mail, None for yes."""

    troubles: list[Trouble | None] = field(default_factory=list)
    closed: bool = False
    taken: list[Mail] = field(default_factory=list)
    sessions: int = 0
    arrival: asyncio.Event = field(default_factory=asyncio.Event)

    async def has_taken(self, count: int) -> None:
        """Wait until that many mails were taken; five seconds at most."""
        async with asyncio.timeout(5):
            while len(self.taken) < count:
                self.arrival.clear()
                await self.arrival.wait()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[MailSession]:
        if self.closed:
            raise MailServerDown
        self.sessions += 1
        yield self

    async def send(self, mail: Mail) -> None:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        self.taken.append(mail)
        self.arrival.set()


@dataclass
class Notifying:
    """The service under test."""

    clock: FixedClock
    platform: MemoryPlatform
    store: NotificationsStore
    post_office: FakePostOffice
    deps: Deps
    sequence: int = 0

    async def tell(
        self, event: Event, secret: Data | None = None, *, replayed: bool = False, event_id: str = ""
    ) -> str:
        """Let the service's own table handle an event; returns the event's id."""
        self.sequence += 1
        rows = {row.event: row for row in SUBSCRIPTIONS}
        delivery: Delivery[Any] = Delivery(
            event=event,
            id=event_id or f"event-{self.sequence}",
            topic=event.topics[0],
            key=str(getattr(event, "request_id", PERSON)),
            sequence=self.sequence,
            secret=secret,
            replayed=replayed,
        )
        await rows[type(event)].handler(self.deps, delivery)
        return delivery.id

    async def know(self, language: Language = "ar", email: str = "yassine@example.org") -> None:
        """Let identity tell of the person."""
        identifier = Identifier(kind=IdentifierKind.CIN, number="ZZ100005")
        details = PersonDetails(identifier=identifier, birth_date=date(1994, 3, 8), email=email)
        await self.tell(PersonState(person_id=PERSON, language=language), details)

    async def issue_code(self, **changed: Any) -> str:
        """Let identity issue a secret code."""
        issued = {
            "person_id": PERSON,
            "reason": "registered",
            "expires_at": self.clock.now() + timedelta(hours=1),
        }
        return await self.tell(SecretCodeIssued(**(issued | changed)), SecretCode(code=CODE))

    async def messages(self) -> list[Message]:
        """The person's messages, the oldest first."""
        return list(reversed(await self.store.messages_of(PERSON, 100)))


async def notifying() -> Notifying:
    """A service with an empty store that has the person's key."""
    clock = FixedClock(NOON)
    platform = MemoryPlatform(clock, "notifications")
    await platform.vault.create(PERSON)
    store = await NotificationsStore.open(platform)
    post_office = FakePostOffice()
    letters = TemplateLetters(PAGES, ORIGIN)
    deps = Deps(clock, None, store, letters, post_office, asyncio.Event())
    return Notifying(clock, platform, store, post_office, deps)


def about_request(**more: Any) -> dict[str, Any]:
    """What every fact about a request says."""
    return {
        "request_id": "request-1",
        "reference": "2026-0000123",
        "person_id": PERSON,
        "centre": "COAPH-061",
        **more,
    }
