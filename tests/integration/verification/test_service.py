"""The service on real parts: from a certificate's state in Kafka to the public answer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from libs.chassis.clock import SystemClock
from libs.contracts.certificates import (
    CertificateState,
    CertificateStatus,
    PrintedContent,
    VerifierKeyPublished,
)
from libs.contracts.code import format_code
from services.verification.main import build
from services.verification.settings import VerificationSettings
from tests.support.beating import beating
from tests.support.neighbours import PATIENCE_S, Neighbours
from tests.support.parts import KafkaPart, MongoPart
from tests.support.qr_keys import OwnQrKey
from tests.support.verifying import CODE, PERSON, UNKNOWN_CODE, version

KEK = os.urandom(32)
OWNER = "person-of-verification"
CERTIFICATE = "certificate-of-verification"
ORIGIN = "http://localhost:8080"


@dataclass
class Running:
    """The service at work and its neighbours."""

    app: FastAPI
    neighbours: Neighbours

    async def check(self, code: str, **more: str) -> dict[str, object]:
        """Ask as a program does."""
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}
        ) as client:
            answer = await client.post(
                "/api/verification/v1/checks", json={"code": format_code(code), **more}
            )
        told: dict[str, object] = answer.json()
        return told

    async def is_told(self, verdict: str, code: str = CODE) -> bool:
        """Wait until the code comes to this."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (await self.check(code)).get("verdict") == verdict:
                    return True
                # More often than once a second is more than the limit of a minute allows.
                await asyncio.sleep(1.1)

    async def tell(self, status: CertificateStatus) -> None:
        """Let certificates tell how the certificate stands."""
        event = CertificateState(
            certificate_id=CERTIFICATE,
            request_id=CERTIFICATE,
            person_id=OWNER,
            centre="COAPH-061",
            versions=(version(status=status),),
        )
        await self.neighbours.tell(CERTIFICATE, event, PrintedContent(versions=(PERSON,)))


@pytest.fixture(scope="module")
async def running(
    mongo: MongoPart, kafka: KafkaPart, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    user, password = kafka.credentials("verification")
    settings = VerificationSettings(
        environment="test",
        http_port=0,
        public_origin=ORIGIN,
        mongo_url=mongo.url_for("verification_service"),
        mongo_database="verification_service",
        kafka_bootstrap=kafka.bootstrap,
        kafka_user=user,
        kafka_password=password,
        kafka_security="SASL_PLAINTEXT",
        kek=KEK,
        lookup_key=os.urandom(32),
        status_key_file=tmp_path_factory.mktemp("keys") / "status.pem",
    )
    service = await build(settings)
    stop = asyncio.Event()
    task = asyncio.create_task(service.run(stop))
    async with beating(kafka):
        yield Running(service.app, Neighbours(kafka, "verification", KEK))
    stop.set()
    await task


async def test_a_published_key_is_published_for_whoever_checks_seals(running: Running) -> None:
    jwk = OwnQrKey().jwk()
    event = VerifierKeyPublished(key_id=jwk["kid"], jwk=jwk, published_at=SystemClock().now())
    await running.neighbours.tell(jwk["kid"], event)
    async with (
        asyncio.timeout(PATIENCE_S),
        httpx.AsyncClient(transport=httpx.ASGITransport(running.app), base_url=ORIGIN) as client,
    ):
        while True:
            published = (await client.get("/api/verification/v1/keys")).json()["keys"]
            if jwk["kid"] in (key["kid"] for key in published):
                return
            await asyncio.sleep(0.2)


async def test_a_certificate_is_answered_for_and_its_revocation_too(running: Running) -> None:
    await running.neighbours.vault.create(OWNER)
    assert await running.is_told("unknown", UNKNOWN_CODE)
    await running.tell(CertificateStatus.VALID)
    await running.neighbours.share_key(OWNER)
    assert await running.is_told("valid")
    answer = await running.check(CODE, birth_date="1994-03-08")
    assert answer["number"] == "2026/000123"
    assert PERSON.model_dump(mode="json") == answer["content"]
    await running.tell(CertificateStatus.REVOKED)
    assert await running.is_told("revoked")
