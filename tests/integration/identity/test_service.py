"""Identity on a real MongoDB and a real Kafka: what it tells others, and what a race can't break."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from libs.chassis.crypto import MemoryKeyStore, Vault
from libs.chassis.delivery import opened
from libs.chassis.errors import KeyMissing
from libs.chassis.kafka import KafkaAccess, KafkaReader
from libs.chassis.platform import Platform
from libs.contracts.event import Data, Envelope, Event
from libs.contracts.identity import (
    PersonKeyShared,
    PersonState,
    SecretCode,
    SecretCodeIssued,
    SigningKeyPublished,
    StaffState,
)
from libs.contracts.people import STAFF_ROLES, PersonDetails
from libs.contracts.registry import EVENTS
from services.identity.adapters.store import IdentityStore
from services.identity.main import build
from services.identity.seed import read_passwords, seed
from services.identity.settings import IdentitySettings
from tests.support.parts import KafkaPart, MongoPart
from tests.support.standing import stand_at_the_end

KEY = base64.b64encode(b"k" * 32).decode()
READER_KEK = b"n" * 32
TOPICS = ("identity.keys", "identity.persons", "identity.codes", "identity.facts", "identity.staff")
PATIENCE_S = 60
API = "/api/identity/v1"
WHO = {"kind": "cin", "number": "ZZ100002", "birth_date": "1980-02-01"}


@dataclass
class Listener:
    """Reads identity's topics as notifications may, and opens what it may open."""

    reader: KafkaReader
    vault: Vault
    heard: list[Envelope]

    async def next_of(self, kind: type[Event], count: int = 1) -> list[tuple[Event, Data | None]]:
        """The first `count` events of one type, opened, as soon as they and their keys have come."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = [item for item in self.heard if item.type == kind.type_name()]
                if len(found) >= count:
                    with suppress(KeyMissing):
                        return [await self._opened(kind, item) for item in found]
                for record in await self.reader.poll(0.2, 100):
                    await self._hear(Envelope.read(record.topic, record.key, record.value, record.headers))

    async def _opened(self, kind: type[Event], item: Envelope) -> tuple[Event, Data | None]:
        event = kind.model_validate_json(item.data)
        return event, (await opened(item, event, self.vault, complete=False)).secret

    async def _hear(self, envelope: Envelope) -> None:
        self.heard.append(envelope)
        event = EVENTS[envelope.type].model_validate_json(envelope.data)
        if isinstance(event, PersonKeyShared):
            await self.vault.keep(event.person_id, event.wrapped["notifications"])


@dataclass
class Running:
    """A running service, whom it tells, and how to reach it."""

    settings: IdentitySettings
    listener: Listener
    http: httpx.AsyncClient


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings_of(mongo: MongoPart, kafka: KafkaPart, folder: Path) -> IdentitySettings:
    user, password = kafka.credentials("identity")
    port = free_port()
    return IdentitySettings(
        environment="test",
        http_port=port,
        public_origin=f"http://127.0.0.1:{port}",
        mongo_url=SecretStr(mongo.url_for("identity_service")),
        mongo_database="identity_service",
        kafka_bootstrap=kafka.bootstrap,
        kafka_user=user,
        kafka_password=SecretStr(password),
        kafka_security="SASL_PLAINTEXT",
        kek=KEY,
        lookup_key=KEY,
        pepper=KEY,
        reader_keks={"notifications": base64.b64encode(READER_KEK).decode()},
        signing_key_file=folder / "keys" / "signing.pem",
        data_folder=folder,
    )


@pytest_asyncio.fixture(scope="module")
async def running(
    mongo: MongoPart, kafka: KafkaPart, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("identity")
    settings = settings_of(mongo, kafka, folder)
    stop = asyncio.Event()
    user, password = kafka.credentials("notifications")
    access = KafkaAccess(kafka.bootstrap, user, password)
    reader = KafkaReader(access, "notifications-of-identity", TOPICS, from_end=True)
    await stand_at_the_end(reader)
    service = asyncio.create_task((await build(settings)).run(stop))
    listener = Listener(reader, Vault("notifications", READER_KEK, MemoryKeyStore()), [])
    headers = {"origin": settings.public_origin}
    async with httpx.AsyncClient(base_url=settings.public_origin, headers=headers) as http:
        await until_ready(http)
        yield Running(settings, listener, http)
    stop.set()
    await service
    await reader.close()


async def until_ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(httpx.TransportError):
                if (await http.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


async def test_a_person_registers_logs_in_and_chooses_a_code(running: Running) -> None:
    body = {**WHO, "email": "brahim@example.org", "consent": True}
    answers = await asyncio.gather(*(running.http.post(f"{API}/registrations", json=body) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    ((issued, secret),) = await running.listener.next_of(SecretCodeIssued)
    assert isinstance(issued, SecretCodeIssued)
    assert isinstance(secret, SecretCode)
    first = await running.http.post(f"{API}/sessions", json={**WHO, "code": secret.code})
    assert first.json()["must_choose_code"]
    bearer = {"authorization": f"Bearer {first.json()['token']}"}
    chosen = await running.http.put(f"{API}/secret-code", json={"new": "a code of mine"}, headers=bearer)
    assert chosen.status_code == 200
    again = await running.http.post(f"{API}/sessions", json={**WHO, "code": "a code of mine"})
    assert (again.status_code, again.json()["must_choose_code"]) == (201, False)


async def test_registrations_at_one_moment_open_one_account(running: Running) -> None:
    who = {**WHO, "number": "ZZ100077", "consent": True}
    await asyncio.gather(
        *(
            running.http.post(f"{API}/registrations", json={**who, "email": f"address{number}@example.org"})
            for number in range(8)
        )
    )
    states = await running.listener.next_of(PersonState, 2)
    numbers = [secret.identifier.number for _, secret in states if isinstance(secret, PersonDetails)]
    assert sorted(numbers) == ["ZZ100002", "ZZ100077"]
    platform = await Platform.open("identity", running.settings)
    store = await IdentityStore.open(platform)
    assert await store.persons.count_by({}) == 2
    await platform.close()


async def test_the_signing_key_is_published(running: Running) -> None:
    ((published, _),) = await running.listener.next_of(SigningKeyPublished)
    assert isinstance(published, SigningKeyPublished)
    assert published.jwk["crv"] == "P-256"


async def test_the_seed_takes_on_every_role_and_its_passwords_open_the_staffs_door(running: Running) -> None:
    folder = running.settings.data_folder
    assert folder is not None
    file = await seed(running.settings, folder)
    assert await seed(running.settings, folder) == file
    passwords = read_passwords(file)
    states = [state for state, _ in await running.listener.next_of(StaffState, len(passwords))]
    assert {role for state in states if isinstance(state, StaffState) for role in state.roles} == STAFF_ROLES
    body = {"login": "signatory", "password": passwords["signatory"]}
    assert (await running.http.post(f"{API}/staff-sessions", json=body)).status_code == 201
    assert file.stat().st_mode & 0o077 == 0
