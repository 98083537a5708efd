"""Partners' events on a real database and over real HTTP; run, it delivers until it dies."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from libs.chassis.aggregates import Copied
from libs.chassis.clock import Clock, SystemClock
from libs.chassis.delivery import Delivery
from libs.chassis.ids import new_id
from libs.chassis.platform import Platform
from libs.contracts.certificates import CertificateStatus
from services.verification.adapters.outlet import open_outlet
from services.verification.adapters.postman import HttpPostman
from services.verification.adapters.store import VerificationStore
from services.verification.domain.partner import Partner
from services.verification.domain.public_fact import PublicFact, cloud_event
from services.verification.domain.webhook import Webhook
from services.verification.handlers.delivering import Dispatch
from services.verification.handlers.partners import partner_of
from services.verification.handlers.webhooks import Wish, subscribe
from services.verification.ports import Deps
from services.verification.settings import VerificationSettings
from tests.support.partners import partner_state
from tests.support.verifying import verifying

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
NO_KAFKA = ("127.0.0.1:1", "nobody", "nothing")


def house_settings(
    mongo_url: str, database: str, kek: bytes, kafka: tuple[str, str, str] = NO_KAFKA
) -> VerificationSettings:
    """Settings of a service that talks to its database and to partners; to the broker if one is named.

    Args:
        mongo_url: With user and password.
        database: Its name.
        kek: The key under which secrets are stored.
        kafka: Bootstrap address, user and password.
    """
    return VerificationSettings(
        environment="test",
        http_port=0,
        public_origin="http://localhost:8080",
        mongo_url=mongo_url,
        mongo_database=database,
        kafka_bootstrap=kafka[0],
        kafka_user=kafka[1],
        kafka_password=kafka[2],
        kafka_security="SASL_PLAINTEXT",
        kek=kek,
        lookup_key=kek,
        status_key_file="unused.pem",
    )


@dataclass
class House:
    """The parts of the service that deliver."""

    platform: Platform
    deps: Deps
    partner: Partner
    postman: HttpPostman

    async def tell(
        self, count: int, *, certificates: int = 0, status: CertificateStatus = CertificateStatus.VALID
    ) -> list[str]:
        """Write that many facts, spread over certificates of their own or over so many; returns their ids."""
        names = [new_id() for _ in range(certificates or count)]
        places = dict.fromkeys(names, 0)
        facts: list[PublicFact] = []
        for number in range(count):
            name = names[number % len(names)]
            places[name] += 1
            event_id, time = new_id(), self.deps.clock.now()
            body = cloud_event({"id": event_id, "subject": name}, {"status": status.value})
            facts.append(PublicFact(event_id, name, places[name], time, status, body))
        chronicle = self.deps.outlet.chronicle
        for round_ in range(max(places.values())):
            await asyncio.gather(*(chronicle.append(each) for each in facts if each.sequence == round_ + 1))
        return [fact.id for fact in facts]

    async def subscribe(self, url: str, **wish: Any) -> Webhook:
        """Make a subscription from the beginning of all facts."""
        usual: dict[str, Any] = {"url": url, "since": LONG_AGO}
        shown, _key = await subscribe(self.deps, self.partner, Wish(**(usual | wish)))
        return shown.webhook

    async def deliver(self) -> int:
        """Send what is due now."""
        return await Dispatch(self.deps).deliver_due()

    async def order_of(self, event_ids: Sequence[str]) -> dict[str, list[int]]:
        """The sequences of each certificate's events, in the order in which they are given."""
        page = await self.deps.outlet.chronicle.after(0, 100_000)
        facts = {entry.fact.id: entry.fact for entry in page.entries}
        order: dict[str, list[int]] = {}
        for event_id in event_ids:
            fact = facts[event_id]
            order.setdefault(fact.certificate_id, []).append(fact.sequence)
        return order


@asynccontextmanager
async def partner_house(
    settings: VerificationSettings, *, clock: Clock | None = None, timeout_s: float = 15
) -> AsyncIterator[House]:
    """The parts over that database; a partner whose hosts are this machine's is known."""
    platform = await Platform.open("verification", settings, clock or SystemClock())
    postman = HttpPostman(loopback_allowed=True, timeout_s=timeout_s)
    store = await VerificationStore.open(platform, platform.vault)
    in_memory = (await verifying()).deps
    deps = replace(in_memory, clock=platform.clock, store=store, outlet=await open_outlet(platform, postman))
    event = partner_state(webhook_hosts=("127.0.0.1", "localhost"))
    delivery = Delivery(event, new_id(), "identity.partners", event.client_id, 1)
    copied: Copied[Partner] = partner_of(deps, delivery)
    await store.partners.copy([copied])
    try:
        yield House(platform, deps, copied.value, postman)
    finally:
        await postman.close()
        await platform.close()


async def _deliver_for_ever() -> None:
    mongo_url, database, kek = sys.argv[1:]
    async with partner_house(house_settings(mongo_url, database, base64.b64decode(kek))) as house:
        await Dispatch(house.deps).keep_delivering(asyncio.Event())


def deliverer(settings: VerificationSettings) -> list[str]:
    """The command line of a process that delivers until it dies."""
    kek = base64.b64encode(settings.kek.get_secret_value()).decode()
    url = settings.mongo_url.get_secret_value()
    return [sys.executable, "-m", "tests.support.partner_house", url, settings.mongo_database, kek]


def fresh_kek() -> bytes:
    """A key for one test's database."""
    return os.urandom(32)


if __name__ == "__main__":
    asyncio.run(_deliver_for_ever())
