"""Thousands of certificates on real parts: approvals in Kafka, batch signing, what verification knows."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bench.cpu import cpu_of_all_s, cpu_s
from bench.people import printed_person
from deploy.local.authority.part import certify_locally
from deploy.local.demo.people import Applicant
from deploy.local.environment import Surroundings, service_environment
from deploy.local.folders import REPOSITORY
from deploy.local.parts import Kafka, Mongod
from deploy.local.ports import LOOPBACK, choose_port
from deploy.local.progress import say
from deploy.local.secret_store import SecretStore
from deploy.local.service import ServiceProcess
from libs.chassis.crypto import MemoryKeyStore, Vault, wrap_key
from libs.chassis.delivery import Fact, sealed
from libs.chassis.ids import new_id
from libs.chassis.kafka import KafkaAccess, KafkaPublisher
from libs.chassis.mongo import connect, disconnect
from libs.chassis.pausing import pause
from libs.chassis.platform import Platform
from libs.chassis.settings import read_settings
from libs.chassis.web.caller import Caller
from libs.contracts.event import Data, Envelope, Event
from libs.contracts.identity import PersonKeyShared
from libs.contracts.people import Role
from libs.contracts.registry import producer_of
from libs.contracts.requests import RequestApproved
from libs.contracts.topics import SERVICES, TOPICS
from services.certificates import handlers
from services.certificates.domain import certificate as steps
from services.certificates.domain import facts
from services.certificates.domain.batch import MOST_FILES, BatchKind
from services.certificates.domain.certificate import Stage
from services.certificates.main import wire
from services.certificates.ports import Deps
from services.certificates.settings import CertificatesSettings

FOLDER = REPOSITORY / ".local" / "bench-issuing"
FOLLOWERS = ("certificates", "verification")
ORIGIN = "https://khadamaty.example.ma"
AT_ONCE = 64
PUBLISHED_AT_ONCE = 500
LOOK_EVERY_S = 0.25
TELL_EVERY_S = 10.0
MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)

T = TypeVar("T")


@dataclass(frozen=True)
class Issuing:
    """What issuing showed.

    Attributes:
        count: How many certificates.
        approved_s: From the first approval in Kafka to the last file in certificates' database.
        signed_s: From the signatory's word to the last certificate in certificates' database.
        known_s: From the signatory's word until verification knows the last one.
        cpu_ms: From that word on, for each certificate, by process.
    """

    count: int
    approved_s: float
    signed_s: float
    known_s: float
    cpu_ms: Mapping[str, float]


@dataclass(frozen=True)
class House:
    """The real parts and the two services that issuing is about."""

    mongod: Mongod
    kafka: Kafka
    services: Mapping[str, ServiceProcess]
    settings: CertificatesSettings
    secrets: SecretStore

    async def until(
        self,
        service: str,
        count: int,
        where: Mapping[str, object] = MappingProxyType({}),
        *,
        of: str = "certificates",
    ) -> float:
        """Wait until a collection of that service has so many; returns the moment on the monotonic clock."""
        database, never, told_at = connect(self.mongod.url_for(service), service), asyncio.Event(), 0.0
        while (there := await database[of].count_documents(dict(where))) < count:
            if time.perf_counter() - told_at > TELL_EVERY_S:
                told_at = time.perf_counter()
                say(f"  {service}: {there:,} of {count:,} {of}")
            await pause(never, LOOK_EVERY_S)
        await disconnect(database)
        return time.perf_counter()

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by process; the processes that a service starts are counted with it."""
        spent = {"mongod": cpu_s(self.mongod.child.pid), "Kafka": cpu_s(self.kafka.child.pid)}
        for name, service in self.services.items():
            spent[name] = cpu_of_all_s(_family(service.child.pid or 0))
        return spent


async def measure(count: int) -> Issuing:
    """Issue `count` certificates, from approvals in Kafka to what verification answers from."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    async with _house(FOLDER) as house:
        began = await _approve(house, count)
        approved_s = await house.until("certificates", count) - began
        platform = await Platform.open("certificates", house.settings)
        wired = await wire(platform, house.settings)
        await _prepare(wired.deps, count)
        chosen = await _choose(wired.deps, count)
        before = house.cpu()
        began = time.perf_counter()
        for batch_id in chosen:
            await handlers.confirm_batch(wired.deps, _signatory(wired.deps), batch_id)
        signed, known = await asyncio.gather(
            house.until("certificates", count, {"state.stage": Stage.ISSUED}),
            house.until("verification", count),
        )
        spent = house.cpu()
        for close in wired.closing:
            await close()
        await platform.close()
    cpu_ms = {name: (spent[name] - before[name]) / count * 1e3 for name in spent}
    return Issuing(count, approved_s, signed - began, known - began, cpu_ms)


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[House]:
    mongod, kafka = Mongod(folder / "mongo"), Kafka(folder / "kafka")
    services: dict[str, ServiceProcess] = {}
    secrets = SecretStore(folder / "secrets.json")
    (folder / "keys").mkdir(parents=True, mode=0o700)
    try:
        for start in (mongod.start, kafka.start):
            await asyncio.to_thread(start)
        await asyncio.to_thread(kafka.provision, TOPICS, SERVICES)
        environments = {name: _environment(name, mongod, kafka, secrets, folder) for name in FOLLOWERS}
        await asyncio.to_thread(certify_locally, environments["certificates"], folder / "authority")
        for name, environment in environments.items():
            port = int(environment[f"{name.upper()}_HTTP_PORT"])
            services[name] = ServiceProcess(name, port, environment, folder / f"{name}.log")
            services[name].start()
        for service in services.values():
            await asyncio.to_thread(service.wait_ready)
        os.environ |= environments["certificates"]
        yield House(mongod, kafka, services, read_settings(CertificatesSettings), secrets)
    finally:
        for service in services.values():
            service.child.stop()
        kafka.stop()
        mongod.stop()


def _environment(
    name: str, mongod: Mongod, kafka: Kafka, secrets: SecretStore, folder: Path
) -> dict[str, str]:
    around = Surroundings(
        public_origin=ORIGIN,
        http_host=LOOPBACK,
        http_port=choose_port(),
        mongo_url=mongod.url_for(name),
        kafka_bootstrap=kafka.bootstrap,
        kafka_password=kafka.credentials(name)[1],
        smtp_host=LOOPBACK,
        smtp_port=0,
        data_folder=str(folder),
        key_folder=str(folder / "keys"),
    )
    static = {"KHADAMATY_STATIC": str(REPOSITORY / ".local" / "static")}
    return service_environment(name, around, secrets) | static


async def _approve(house: House, count: int) -> float:
    """Tell, as identity and requests do, of so many persons' keys and of their approved requests.

    Returns:
        The moment of the first approval.
    """
    vault = Vault("neighbours", os.urandom(32), MemoryKeyStore())
    people = [new_id() for _ in range(count)]
    await _tell(house, "identity", [await _key(house, vault, person_id) for person_id in people])
    for name in FOLLOWERS:
        await house.until(name, count, of="owner_keys")
    approvals = [await _approval(vault, person_id, number) for number, person_id in enumerate(people, 1)]
    began = time.perf_counter()
    await _tell(house, "requests", approvals)
    return began


async def _tell(house: House, service: str, told: Sequence[Envelope]) -> None:
    publisher = KafkaPublisher(KafkaAccess(house.kafka.bootstrap, *house.kafka.credentials(service)))
    for start in range(0, len(told), PUBLISHED_AT_ONCE):
        await publisher.publish_all(told[start : start + PUBLISHED_AT_ONCE])
    await publisher.close()


async def _key(house: House, vault: Vault, person_id: str) -> Envelope:
    key = await vault.create(person_id)
    wrapped = {name: wrap_key(_kek(house, name), name, person_id, key) for name in FOLLOWERS}
    shared = PersonKeyShared(person_id=person_id, wrapped=wrapped)
    return await _envelope(shared, "identity.keys", person_id, vault)


async def _approval(vault: Vault, person_id: str, number: int) -> Envelope:
    event = RequestApproved(
        request_id=new_id(),
        reference=f"2026-{number:07d}",
        person_id=person_id,
        centre="061",
        centre_name=Applicant.read("adult").birth_place,
        approved_at=MORNING,
        valid_until=None,
    )
    return await _envelope(event, "requests.facts", event.request_id, vault, printed_person(number))


async def _envelope(event: Event, topic: str, key: str, vault: Vault, secret: Data | None = None) -> Envelope:
    event_id, owner = new_id(), producer_of(type(event))
    told = await sealed(Fact(event, secret), event_id, vault)
    return Envelope(
        event_id, event.type_name(), owner, topic, key, 1, MORNING, told.model_dump_json().encode()
    )


def _kek(house: House, service: str) -> bytes:
    return base64.b64decode(house.secrets.get_key(f"{service}.kek"))


async def _prepare(deps: Deps, count: int) -> None:
    """Bring every file before the signatory: officer, controller and registrar in one write each."""
    ids = [stored.id for stored in await deps.certificates.find_by({"stage": Stage.DRAFTING}, limit=count)]

    async def one(certificate_id: str) -> None:
        stored = await deps.certificates.get(certificate_id)
        drafted = steps.draft(stored.value, "officer", MORNING)
        checked = steps.check(drafted, "controller", MORNING)
        number = await deps.numbers.take(MORNING.year, certificate_id, MORNING)
        registered = steps.register(checked, "registrar", number, MORNING)
        told = [facts.drafted(drafted), facts.checked(checked), facts.registered(registered, number)]
        await deps.certificates.save(stored, registered, [Fact(each) for each in told])

    await _at_once(ids, one)


async def _choose(deps: Deps, count: int) -> list[str]:
    """The signatory's batches, each as large as it may be."""
    found = await deps.certificates.find_by({"stage": Stage.SIGNATURE}, limit=count)
    ids = [stored.id for stored in found]
    batches = []
    for start in range(0, count, MOST_FILES):
        batches.append(batch_id := new_id())
        some = ids[start : start + MOST_FILES]
        await handlers.choose(deps, _signatory(deps), BatchKind.SIGN, batch_id, some)
    return batches


def _signatory(deps: Deps) -> Caller:
    return Caller("staff", "signatory", frozenset({Role.SIGNATORY}), frozenset(), "bench", deps.clock.now())


async def _at_once(items: Sequence[T], act: Callable[[T], Awaitable[None]]) -> None:
    left = iter(items)

    async def worker() -> None:
        for item in left:
            await act(item)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def _family(pid: int) -> list[int]:
    """A process and those that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [pid, *map(int, children)]
