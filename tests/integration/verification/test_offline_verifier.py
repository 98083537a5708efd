"""The service on real parts, with khadamaty-verify: what is revoked reaches whoever has no network."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from khadamaty_verify import Folder, Reason, verify
from khadamaty_verify.fetching import FetchFailed, fetch
from libs.chassis.clock import SystemClock
from libs.contracts.certificates import (
    CertificateState,
    CertificateStatus,
    PrintedContent,
    VerifierKeyPublished,
)
from services.verification.main import build
from services.verification.settings import VerificationSettings
from tests.support.beating import beating
from tests.support.ministry import CLAIMS, Ministry
from tests.support.neighbours import PATIENCE_S, Neighbours
from tests.support.parts import KafkaPart, MongoPart
from tests.support.verifying import PERSON, version

KEK = os.urandom(32)
OWNER = "person-of-lists"
CERTIFICATE = "certificate-of-the-list"
PAST = replace(CLAIMS, valid_until=None)


@dataclass
class Running:
    """The service at work, its neighbours, and a verifier's folder."""

    origin: str
    neighbours: Neighbours
    folder: Folder

    async def tell(self, status: CertificateStatus) -> None:
        """Let certificates tell how the certificate stands."""
        told = version(PAST.code, status=status, status_index=PAST.status_index)
        event = CertificateState(
            certificate_id=CERTIFICATE,
            request_id=CERTIFICATE,
            person_id=OWNER,
            centre="COAPH-061",
            versions=(told,),
        )
        await self.neighbours.tell(CERTIFICATE, event, PrintedContent(versions=(PERSON,)))

    async def comes_to(self, code: str, wanted: Reason) -> bool:
        """Fetch and check until the code comes to this."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if await asyncio.to_thread(self._said, code) is wanted:
                    return True
                await asyncio.sleep(0.5)

    def _said(self, code: str) -> Reason | None:
        try:
            fetch(self.origin, self.folder)
        except FetchFailed:
            return None
        trusted = self.folder.load()
        return verify(code, trusted.keys, trusted.lists).reason


@pytest.fixture
async def running(mongo: MongoPart, kafka: KafkaPart, tmp_path: Path) -> AsyncIterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    user, password = kafka.credentials("verification")
    settings = VerificationSettings(
        environment="test",
        http_port=port,
        public_origin=origin,
        mongo_url=mongo.url_for("verification_lists"),
        mongo_database="verification_lists",
        kafka_bootstrap=kafka.bootstrap,
        kafka_user=user,
        kafka_password=password,
        kafka_security="SASL_PLAINTEXT",
        kek=KEK,
        lookup_key=os.urandom(32),
        status_key_file=tmp_path / "keys" / "status.pem",
    )
    service, stop = await build(settings), asyncio.Event()
    async with beating(kafka):
        task = asyncio.create_task(service.run(stop))
        yield Running(origin, Neighbours(kafka, "verification", KEK), Folder(tmp_path / "data"))
        stop.set()
        await task


async def test_a_certificate_is_valid_then_revoked_for_whoever_fetched_the_list(running: Running) -> None:
    ministry = Ministry()
    code, jwk = ministry.code(PAST), ministry.qr_key.jwk()
    assert await running.comes_to(code, Reason.UNKNOWN_KEY)
    key = VerifierKeyPublished(key_id=jwk["kid"], jwk=jwk, published_at=SystemClock().now())
    await running.neighbours.tell(jwk["kid"], key)
    assert await running.comes_to(code, Reason.NOT_IN_LIST)
    await running.neighbours.vault.create(OWNER)
    await running.neighbours.share_key(OWNER)
    await running.tell(CertificateStatus.VALID)
    assert await running.comes_to(code, Reason.VALID)
    await running.tell(CertificateStatus.REVOKED)
    assert await running.comes_to(code, Reason.REVOKED)
