"""Partners' events on the whole service: from Kafka into the copy, out by the feed and by webhooks."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from jwt.algorithms import ECAlgorithm
from pydantic import SecretStr
from standardwebhooks import Webhook as Verifier

from libs.chassis.clock import SystemClock
from libs.chassis.ids import new_id
from libs.chassis.runtime import Service
from libs.contracts.certificates import CertificateStatus
from libs.contracts.identity import SigningKeyPublished
from libs.contracts.partners import PARTNER_API
from services.verification.main import build
from services.verification.ports import Deps
from services.verification.settings import VerificationSettings
from tests.support.neighbours import PATIENCE_S, Neighbours
from tests.support.partners import ISSUER, KEY_ID, OwnIssuer, partner_state
from tests.support.parts import KafkaPart, MongoPart
from tests.support.receiver import receiving
from tests.support.telling import status_fact

CLIENT = "office-of-events"
DATABASE = "verification_events"
KEK = os.urandom(32)


@dataclass
class Running:
    """The service at work, its neighbours, and a partner with a token."""

    service: Service
    neighbours: Neighbours
    issuer: OwnIssuer

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        transport = httpx.ASGITransport(self.service.app)
        headers = self.issuer.bearer(SystemClock(), client_id=CLIENT)
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER, headers=headers) as client:
            return await client.request(method, PARTNER_API + path, json=body)

    async def tell(self, certificate_id: str, status: CertificateStatus) -> str:
        """Let certificates tell of a change; returns the event's id."""
        return await self.neighbours.tell(
            certificate_id, status_fact(certificate_id, status, SystemClock().now())
        )

    async def in_the_feed(self, *event_ids: str) -> list[dict[str, object]]:
        """Wait until the feed has them."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self.ask("GET", "/events?limit=1000")
                events = [each for each in answer.json() if each["id"] in event_ids]
                if len(events) == len(event_ids):
                    return events
                await asyncio.sleep(0.1)

    async def until(self, status_code: int) -> bool:
        """Wait until the partner is let in, or isn't any more."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (await self.ask("GET", "/webhooks")).status_code == status_code:
                    return True
                await asyncio.sleep(0.1)

    async def is_copied(self, position: int) -> bool:
        """Wait until the copy has come that far."""
        deps: Deps = self.service.app.state.deps
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if await deps.outlet.chronicle.tail() >= position:
                    return True
                await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def running(
    mongo: MongoPart, kafka: KafkaPart, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    user, password = kafka.credentials("verification")
    settings = VerificationSettings(
        environment="test",
        http_port=0,
        public_origin=ISSUER,
        mongo_url=SecretStr(mongo.url_for(DATABASE)),
        mongo_database=DATABASE,
        kafka_bootstrap=kafka.bootstrap,
        kafka_user=user,
        kafka_password=SecretStr(password),
        kafka_security="SASL_PLAINTEXT",
        kek=KEK,
        lookup_key=os.urandom(32),
        status_key_file=tmp_path_factory.mktemp("keys") / "status.pem",
    )
    service = await build(settings)
    stop = asyncio.Event()
    task = asyncio.create_task(service.run(stop))
    issuer, neighbours = OwnIssuer(), Neighbours(kafka, "verification", KEK)
    jwk = {**json.loads(ECAlgorithm.to_jwk(issuer.private_key.public_key())), "kid": KEY_ID}
    jwk = {name: value for name, value in jwk.items() if isinstance(value, str)}
    await neighbours.tell(
        KEY_ID, SigningKeyPublished(key_id=KEY_ID, jwk=jwk, published_at=SystemClock().now())
    )
    await neighbours.tell(CLIENT, partner_state(client_id=CLIENT, webhook_hosts=("127.0.0.1",)))
    yield Running(service, neighbours, issuer)
    stop.set()
    await task


async def test_what_certificates_tells_is_in_the_feed_in_order(running: Running) -> None:
    assert await running.until(200)
    certificate_id = new_id()
    told = [
        await running.tell(certificate_id, status)
        for status in (CertificateStatus.VALID, CertificateStatus.SUSPENDED, CertificateStatus.REVOKED)
    ]
    events = await running.in_the_feed(*told)
    assert [event["id"] for event in events] == told
    assert [event["sequence"] for event in events] == ["1", "2", "3"]
    assert {event["subject"] for event in events} == {certificate_id}


async def test_what_certificates_tells_arrives_at_a_webhook_and_until_it_is_suspended(
    running: Running,
) -> None:
    assert await running.until(200)
    async with receiving() as receiver:
        made = (await running.ask("POST", "/webhooks", {"url": receiver.url})).json()
        first = await running.tell(new_id(), CertificateStatus.VALID)
        await receiver.has_taken(1)
        [got] = receiver.taken
        assert Verifier(made["secret"]).verify(got.body, dict(got.headers))["id"] == first
        partner = partner_state(
            client_id=CLIENT, webhook_hosts=("127.0.0.1",), suspended_at=SystemClock().now()
        )
        await running.neighbours.tell(CLIENT, partner)
        assert await running.until(401)
        deps: Deps = running.service.app.state.deps
        known = await deps.outlet.chronicle.tail()
        second = await running.tell(new_id(), CertificateStatus.VALID)
        assert await running.is_copied(known + 1)
        assert receiver.event_ids == [first]
        await running.neighbours.tell(CLIENT, partner_state(client_id=CLIENT, webhook_hosts=("127.0.0.1",)))
        await receiver.has_taken(2)
        assert receiver.event_ids == [first, second]
        assert (await running.ask("GET", f"/webhooks/{made['id']}")).json()["state"] == "active"
