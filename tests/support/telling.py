"""A partner's subscriptions over memory: facts to be told, and what the partner got."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from libs.chassis.delivery import Delivery
from libs.contracts.certificates import CertificateStatus, CertificateStatusPublished
from services.verification.consumers import SUBSCRIPTIONS
from services.verification.domain.partner import Partner
from services.verification.domain.webhook import PartnerAnswer, Webhook
from services.verification.handlers.delivering import Dispatch
from services.verification.handlers.webhooks import Shown, Wish, get_webhook, subscribe
from services.verification.ports import Deps
from tests.support.outlets import FakePostman, MemoryDeliveryLog, Posted
from tests.support.partners import CLIENT
from tests.support.verifying import Verifying, verifying

HOST = "partner.example.org"
URL = f"https://{HOST}/events"
DOWN = PartnerAnswer(None, 3, fault="unreachable")


def status_fact(certificate_id: str, status: CertificateStatus, at: datetime) -> CertificateStatusPublished:
    """What certificates publishes of one change."""
    return CertificateStatusPublished(
        certificate_id=certificate_id,
        number="2026/000123",
        version=1,
        status=status,
        issued_on=date(2026, 11, 20),
        valid_until=None,
        changed_at=at,
    )


@dataclass
class Telling:
    """The service, one partner of it, and what the partner got."""

    service: Verifying
    postman: FakePostman
    partner: Partner
    told: dict[str, int]

    @property
    def deps(self) -> Deps:
        return self.service.deps

    @property
    def now(self) -> datetime:
        return self.service.clock.now()

    async def tell(
        self,
        certificate_id: str,
        status: CertificateStatus = CertificateStatus.VALID,
        *,
        at: datetime | None = None,
        sequence: int | None = None,
    ) -> str:
        """Let certificates tell of a change, through the service's own table; returns the event's id."""
        place = sequence or self.told.get(certificate_id, 0) + 1
        self.told[certificate_id] = max(place, self.told.get(certificate_id, 0))
        event_id = f"{certificate_id}-{place}"
        delivery: Delivery[Any] = Delivery(
            event=status_fact(certificate_id, status, at or self.now),
            id=event_id,
            topic="certificates.public",
            key=certificate_id,
            sequence=place,
            complete=True,
            source="/khadamaty/certificates",
            time=at or self.now,
        )
        row = next(row for row in SUBSCRIPTIONS if row.event is CertificateStatusPublished)
        await row.handler(self.deps, delivery)
        return event_id

    async def subscribe(self, **wish: Any) -> Webhook:
        """Make a subscription, from the beginning unless told otherwise."""
        usual: dict[str, Any] = {"url": URL, "since": self.now - timedelta(days=365)}
        shown, _key = await subscribe(self.deps, self.partner, Wish(**(usual | wish)))
        return shown.webhook

    async def show(self, webhook: Webhook) -> Shown:
        """The subscription as it stands now."""
        return await get_webhook(self.deps, self.partner, webhook.id)

    async def deliver(self, after: timedelta = timedelta()) -> None:
        """Let time pass and send what is due."""
        self.service.clock.advance(after)
        await Dispatch(self.deps).deliver_due()

    async def deliver_for(self, duration: timedelta, step: timedelta = timedelta(minutes=10)) -> None:
        """Let time pass in steps, and send what is due at each."""
        until = self.now + duration
        while self.now < until:
            await self.deliver(min(step, until - self.now))

    def got(self) -> list[str]:
        """The ids of the events that the partner took, in order."""
        return [event_id for posted in self.postman.taken for event_id in ids_in(posted)]

    def outcomes(self) -> list[str]:
        """What the delivery log says, the oldest first."""
        log = self.deps.outlet.log
        assert isinstance(log, MemoryDeliveryLog)
        return [attempt.outcome for attempt in log.attempts]


def ids_in(posted: Posted) -> list[str]:
    """The ids of the events in a request."""
    body = json.loads(posted.body)
    return [event["id"] for event in (body if isinstance(body, list) else [body])]


async def telling(**partner: Any) -> Telling:
    """A service that knows one partner."""
    service = await verifying()
    terms = {"webhook_hosts": (HOST, "127.0.0.1", "localhost")}
    await service.know_partner(**(terms | partner))
    stored = await service.store.partners.get(CLIENT)
    postman = service.deps.outlet.postman
    assert isinstance(postman, FakePostman)
    return Telling(service, postman, stored.value, {})
