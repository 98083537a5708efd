"""A partner on real parts: registered and given tokens by identity, told by verification how things stand."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from libs.chassis.clock import SystemClock
from libs.chassis.mongo import Database, connect, disconnect
from libs.chassis.platform import Platform
from libs.chassis.runtime import Service
from libs.chassis.web.caller import Caller
from libs.contracts.certificates import CertificateState, CertificateStatus, PrintedContent
from libs.contracts.code import format_code
from libs.contracts.partners import PARTNER_API, TOKEN_PATH, PartnerPurpose, PartnerScope
from services.identity.adapters.signing_key import load_or_create
from services.identity.domain.assertion import ASSERTION_TYPE
from services.identity.domain.client_keys import read_keys
from services.identity.domain.partner import PartnerTerms
from services.identity.handlers.partners import register_partner, resume_partner, suspend_partner
from services.identity.main import build as build_identity
from services.identity.main import wire
from services.identity.ports import Deps
from services.identity.settings import IdentitySettings
from services.verification.main import build as build_verification
from services.verification.settings import VerificationSettings
from tests.support.beating import beating
from tests.support.neighbours import PATIENCE_S, Neighbours
from tests.support.partners import CLIENT, ISSUER, PURPOSE, ClientKeys
from tests.support.parts import KafkaPart, MongoPart
from tests.support.verifying import CODE, PERSON, version

KEK = os.urandom(32)
OWNER, CERTIFICATE = "person-of-partners", "certificate-of-partners"
QUOTA = 1500
DATABASE = "verification_partners"
TERMS = PartnerTerms(
    display_name="Office of transport",
    purposes=(PartnerPurpose(code=PURPOSE, authorisation="D-2026-0142"),),
    scopes=(PartnerScope.STATUS,),
    daily_quota=QUOTA,
)


def common(mongo: MongoPart, kafka: KafkaPart, service: str, database: str) -> dict[str, Any]:
    """What both services read."""
    user, password = kafka.credentials(service)
    return {
        "environment": "test",
        "http_port": 0,
        "public_origin": ISSUER,
        "mongo_url": SecretStr(mongo.url_for(database)),
        "mongo_database": database,
        "kafka_bootstrap": kafka.bootstrap,
        "kafka_user": user,
        "kafka_password": SecretStr(password),
        "kafka_security": "SASL_PLAINTEXT",
        "lookup_key": os.urandom(32),
    }


@dataclass
class Partnership:
    """Two services at work, a partner's keys, and identity's own use cases for the operator."""

    identity: Service
    verification: Service
    operator: Deps
    keys: ClientKeys
    database: Database

    async def token(self, **form: str) -> str:
        """A token, asked for as a partner does."""
        answer = await self.ask_for_token(**form)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    async def ask_for_token(self, assertion: str | None = None, **form: str) -> httpx.Response:
        body = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.keys.assertion(SystemClock().now()),
            **form,
        }
        async with _program(self.identity) as client:
            return await client.post(TOKEN_PATH, data=body)

    async def ask(self, token: str, *certificates: dict[str, str]) -> httpx.Response:
        """Ask how certificates stand."""
        body = {"purpose": PURPOSE, "certificates": list(certificates)}
        async with _program(self.verification) as client:
            headers = {"authorization": f"Bearer {token}"}
            return await client.post(f"{PARTNER_API}/statuses/batch", json=body, headers=headers)

    async def until(self, token: str, status_code: int, *certificates: dict[str, str]) -> httpx.Response:
        """Ask until the answer is of that kind."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self.ask(token, *certificates)
                if answer.status_code == status_code:
                    return answer
                await asyncio.sleep(0.1)

    async def until_known(self, token: str, asked: Sequence[dict[str, str]]) -> list[str]:
        """Ask until the first of them is known; what all of them come to."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told = (await self.until(token, 200, *asked)).json()["statuses"]
                if told[0]["status"] not in {"unknown", "cannot-say-now"}:
                    return [each["status"] for each in told]
                await asyncio.sleep(0.2)


def _program(service: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=ISSUER)


@pytest.fixture(scope="module")
async def partnership(
    mongo: MongoPart, kafka: KafkaPart, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Partnership]:
    folder: Path = tmp_path_factory.mktemp("partners")
    identity_settings = IdentitySettings(
        **common(mongo, kafka, "identity", "identity_partners"),
        kek=os.urandom(32),
        pepper=os.urandom(32),
        reader_keks={"verification": base64.b64encode(KEK).decode()},
        signing_key_file=folder / "signing.pem",
    )
    settings = VerificationSettings(
        **common(mongo, kafka, "verification", DATABASE), kek=KEK, status_key_file=folder / "status.pem"
    )
    identity, verification = await build_identity(identity_settings), await build_verification(settings)
    platform = await Platform.open("identity", identity_settings)
    wired = await wire(platform, identity_settings, load_or_create(identity_settings.signing_key_file))
    database = connect(settings.mongo_url.get_secret_value(), DATABASE)
    keys, stop = ClientKeys(), asyncio.Event()
    tasks = [asyncio.create_task(service.run(stop)) for service in (identity, verification)]
    async with beating(kafka):
        await register_partner(wired.deps, CLIENT, TERMS, read_keys(keys.jwks))
        yield Partnership(identity, verification, wired.deps, keys, database)
        stop.set()
        await asyncio.gather(*tasks)
    wired.close()
    await platform.close()
    await disconnect(database)


async def test_a_registered_partner_asks_within_its_quota_until_it_is_suspended(
    partnership: Partnership, kafka: KafkaPart
) -> None:
    neighbours = Neighbours(kafka, "verification", KEK)
    await neighbours.vault.create(OWNER)
    old = version("Z" * 16, number="2026/777001", status=CertificateStatus.REVOKED)
    event = CertificateState(
        certificate_id=CERTIFICATE,
        request_id=CERTIFICATE,
        person_id=OWNER,
        centre="COAPH-061",
        versions=(old, version(CODE, number="2026/777002")),
    )
    await neighbours.tell(CERTIFICATE, event, PrintedContent(versions=(PERSON, PERSON)))
    await neighbours.share_key(OWNER)
    token = await partnership.token()
    asked = [{"number": "2026/777001"}, {"number": "2026/777002"}, {"code": format_code(CODE)}]
    asked.append({"number": "2026/777003"})
    told = await partnership.until_known(token, asked)
    assert told == ["revoked", "valid", "valid", "unknown"]
    await _a_crowd_gets_exactly_the_quota(partnership, token)
    await _uses_are_kept_without_certificates(partnership)
    await suspend_partner(partnership.operator, CLIENT)
    refused = await partnership.until(token, 401, asked[0])
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert (await partnership.ask_for_token()).json()["error"] == "unauthorized_client"
    await resume_partner(partnership.operator, CLIENT)
    await asyncio.sleep(1)
    fresh = await partnership.token()
    assert (await partnership.until(fresh, 429, asked[0])).headers["ratelimit"].startswith('"day";r=0;')
    assert (await partnership.ask(token, asked[0])).status_code == 401


async def _a_crowd_gets_exactly_the_quota(partnership: Partnership, token: str) -> None:
    quotas = partnership.database["partner_quotas"]
    left = QUOTA - (await quotas.find_one({}) or {})["count"]
    size = 100
    crowd = [{"number": f"2026/{count:06}"} for count in range(size)]
    answers = await asyncio.gather(*(partnership.ask(token, *crowd) for _ in range(left // size + 4)))
    granted = [answer.status_code for answer in answers].count(200)
    assert granted == left // size
    assert {answer.status_code for answer in answers} == {200, 429}
    rest = left - granted * size
    ones = await asyncio.gather(*(partnership.ask(token, crowd[0]) for _ in range(rest + 5)))
    assert [answer.status_code for answer in ones].count(200) == rest
    assert (await quotas.find_one({}) or {})["count"] == QUOTA


async def _uses_are_kept_without_certificates(partnership: Partnership) -> None:
    uses = [use async for use in partnership.database["partner_uses"].find()]
    assert sum(use["asked"] for use in uses) == QUOTA
    fields = {"_id", "client_id", "purpose", "hour", "requests", "asked", "unknown"}
    assert all(set(use) == fields for use in uses)
    assert "777002" not in repr(uses)


async def test_one_assertion_that_comes_many_times_at_once_counts_once(partnership: Partnership) -> None:
    await resume_partner(partnership.operator, CLIENT)
    assertion = partnership.keys.assertion(SystemClock().now())
    answers = await asyncio.gather(*(partnership.ask_for_token(assertion) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 11


async def test_a_session_of_identitys_own_key_is_no_partners_token(partnership: Partnership) -> None:

    now = SystemClock().now()
    caller = Caller("staff", CLIENT, frozenset({"certificates.status"}), session_id="s", authenticated_at=now)
    session = partnership.operator.tokens.issue(caller)
    assert (await partnership.ask(session, {"number": "2026/777002"})).status_code == 401
