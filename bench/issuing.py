"""Certificates through the real signing step: page, seal, sealed bytes, one public write."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from deploy.local.demo.people import Applicant
from deploy.local.stack import Stack
from libs.chassis.delivery import Delivery
from libs.chassis.ids import new_id
from libs.chassis.platform import Platform
from libs.chassis.web.caller import Caller
from libs.contracts.people import Identifier, IdentifierKind, Precision, Role, Sex
from libs.contracts.requests import DisabilityLine, PrintedPerson, RequestApproved
from services.certificates import handlers
from services.certificates.main import wire
from services.certificates.ports import Deps
from services.certificates.settings import CertificatesSettings

AT_ONCE = 4
MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
DATABASE = "bench_certificates"


@dataclass(frozen=True)
class Issuing:
    """What issuing showed.

    Attributes:
        per_s: Certificates signed per second, `AT_ONCE` at a time, in one process.
        cpu_ms: CPU of that process for each.
    """

    per_s: float
    cpu_ms: float


async def measure(stack: Stack, count: int) -> Issuing:
    """Bring `count` files before the signatory, then sign them."""
    settings = _settings(stack)
    platform = await Platform.open("certificates", settings)
    wired = await wire(platform, settings)
    files = [await _ready_to_sign(platform, wired.deps) for _ in range(count + AT_ONCE)]
    await _sign(wired.deps, files[:AT_ONCE])
    began, began_cpu_s = time.perf_counter(), sum(os.times()[:2])
    await _sign(wired.deps, files[AT_ONCE:])
    took_s, cpu_s = time.perf_counter() - began, sum(os.times()[:2]) - began_cpu_s
    for close in wired.closing:
        await close()
    await platform.close()
    return Issuing(count / took_s, cpu_s / count * 1e3)


def _settings(stack: Stack) -> CertificatesSettings:
    user, password = stack.kafka.credentials("certificates")
    return CertificatesSettings(
        environment="development",
        http_port=0,
        public_origin=stack.origin,
        mongo_url=SecretStr(stack.mongod.url_for(DATABASE)),
        mongo_database=DATABASE,
        kafka_bootstrap=stack.kafka.bootstrap,
        kafka_user=user,
        kafka_password=SecretStr(password),
        kek=AESGCM.generate_key(256),
        lookup_key=AESGCM.generate_key(256),
        seal_key_file=stack.folders.data / "keys" / "bench-seal.pem",
        log_key_file=stack.folders.data / "keys" / "bench-log.pem",
    )


async def _ready_to_sign(platform: Platform, deps: Deps) -> str:
    request_id, person_id, person = new_id(), new_id(), Applicant.read("adult")
    await platform.vault.create(person_id)
    event = RequestApproved(
        request_id=request_id,
        reference="2026-0000001",
        person_id=person_id,
        centre=person.centre,
        centre_name=person.birth_place,
        approved_at=MORNING,
        valid_until=None,
    )
    delivery = Delivery(event, new_id(), event.topics[0], request_id, 1, _printed())
    await handlers.on_request_approved(deps, delivery)
    await handlers.draft(deps, _staff(Role.CERTIFICATE_OFFICER), request_id)
    await handlers.check(deps, _staff(Role.CONTROLLER), request_id)
    await handlers.register(deps, _staff(Role.REGISTRAR), request_id)
    return request_id


async def _sign(deps: Deps, files: Sequence[str]) -> None:
    left = iter(files)

    async def signatory() -> None:
        for certificate_id in left:
            await handlers.sign(deps, _staff(Role.SIGNATORY), certificate_id)

    await asyncio.gather(*(signatory() for _ in range(AT_ONCE)))


def _staff(role: Role) -> Caller:
    return Caller("staff", role.value, frozenset({role.value}), frozenset(), "bench", MORNING)


def _printed() -> PrintedPerson:
    person = Applicant.read("adult")
    return PrintedPerson(
        arabic_family_name=person.arabic_family_name,
        arabic_given_name=person.arabic_given_name,
        latin_family_name=person.latin_family_name,
        latin_given_name=person.latin_given_name,
        sex=Sex(person.sex),
        birth_date=person.birth_date,
        birth_precision=Precision.DAY,
        birth_place=person.birth_place,
        identifier=Identifier(kind=IdentifierKind(person.kind), number=person.printed_number),
        disabilities=(DisabilityLine.model_validate({**person.disability, "companion": True}),),
    )
