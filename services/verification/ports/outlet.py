"""What partners' events need of the outside: where they are kept, how far each got, and who brings them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from libs.chassis.lease import Lease
from libs.contracts.certificates import CertificateStatus
from services.verification.domain.public_fact import Page, PublicFact
from services.verification.domain.webhook import Attempt, PartnerAnswer, Progress


class Chronicle(Protocol):
    """All public facts about certificates in the order in which this service was told, for ever."""

    @property
    def edition(self) -> str:
        """What this copy calls itself."""
        ...

    async def append(self, fact: PublicFact) -> None:
        """Keep a fact; one that is there already stays as it is.

        Raises:
            SequenceGap: The one before it, of the same certificate, isn't there.
        """
        ...

    async def tail(self) -> int:
        """The last position, 0 where nothing has been told yet."""
        ...

    async def after(
        self,
        position: int,
        limit: int,
        *,
        since: datetime | None = None,
        statuses: Sequence[CertificateStatus] = (),
    ) -> Page:
        """The entries behind a position, in their order; only later facts, only of these statuses."""
        ...

    async def before(self, moment: datetime) -> int:
        """The last position before the first fact of that moment or later."""
        ...


class ProgressBook(Protocol):
    """How far each subscription has come."""

    async def begin(self, webhook_id: str, position: int) -> None:
        """Let a new subscription start behind a position."""
        ...

    async def find(self, webhook_id: str) -> Progress | None:
        """How far one has come."""
        ...

    async def all(self) -> Mapping[str, Progress]:
        """How far each has come."""
        ...

    async def note(self, webhook_id: str, progress: Progress, fence: int) -> None:
        """Write down how far one has come.

        Raises:
            Overtaken: A later leader has written, or the subscription was turned meanwhile.
        """
        ...

    async def turn(self, webhook_id: str, position: int | None = None) -> None:
        """Let one start afresh, from another position if one is given; its leader takes notice."""
        ...

    async def forget(self, webhook_id: str) -> None:
        """Of a subscription that is no more."""
        ...


class DeliveryLog(Protocol):
    """What every request to partners came to."""

    async def note(self, attempts: Sequence[Attempt]) -> None:
        """Write down what was tried."""
        ...

    async def page(self, webhook_id: str, limit: int, before: str | None = None) -> Sequence[Attempt]:
        """The attempts for one subscription, the newest first, older than the one of that id."""
        ...


class Postman(Protocol):
    """Brings parcels to partners."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> PartnerAnswer:
        """Send one request; no answer is an answer, too. No redirect is followed."""
        ...


class FencedLease(Lease, Protocol):
    """A lease whose every new holder has a higher number."""

    @property
    def fence(self) -> int:
        """The present holder's number."""
        ...


@dataclass(frozen=True)
class Outlet:
    """What partners' events need.

    Attributes:
        origin: The platform's public origin, without a slash at its end.
        new_key_owner: Makes the key under which a subscription's own keys are stored sealed.
        lease_of: The lease by which one process at a time serves a subscription.
        bell: Set when there's something new to deliver.
        chance: A number from 0 up to before 1, to spread waits.
        entropy: Gives that many unpredictable bytes.
        loopback_allowed: Whether webhooks may go to this machine, without https; never in production.
    """

    origin: str
    chronicle: Chronicle
    progress: ProgressBook
    log: DeliveryLog
    postman: Postman
    new_key_owner: Callable[[str], Awaitable[object]]
    lease_of: Callable[[str], FencedLease]
    bell: asyncio.Event
    chance: Callable[[], float]
    entropy: Callable[[int], bytes]
    loopback_allowed: bool
