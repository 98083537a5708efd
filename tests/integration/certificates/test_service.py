"""The service on real parts: from an approval in Kafka to a sealed PDF and what is told of it."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import httpx
import pypdf
import pytest
from pyhanko.sign.validation.status import SignatureCoverageLevel

from deploy.local.authority.ca import Authority
from deploy.log_monitor.audit import PublicFact
from deploy.log_monitor.fetching import LogReader
from deploy.log_monitor.findings import Fault, Rules
from deploy.log_monitor.memory import Memory
from deploy.log_monitor.public_facts import BrokerAccess, FactReader
from deploy.log_monitor.watching import Watch
from libs.chassis.aggregates import Stored
from libs.chassis.clock import FixedClock, SystemClock
from libs.chassis.crypto import MemoryKeyStore, Vault, wrap_key
from libs.chassis.delivery import Fact, opened, sealed
from libs.chassis.ids import new_id
from libs.chassis.kafka import KafkaAccess, KafkaPublisher, KafkaReader
from libs.chassis.notes import NoteVerifier
from libs.chassis.runtime import Service
from libs.contracts.certificates import CertificateIssued, CertificateState, PrintedContent
from libs.contracts.code import format_code, parse
from libs.contracts.event import Data, Envelope, Event
from libs.contracts.identity import PersonKeyShared
from libs.contracts.registry import EVENTS, producer_of
from libs.contracts.requests import RequestApproved
from libs.contracts.topics import MONITOR
from libs.ui.pages import Pages
from services.certificates import api, handlers, pages
from services.certificates.adapters.credentials import CredentialsFolder
from services.certificates.adapters.pdf import slot
from services.certificates.adapters.timestamps import HttpTimeStamps
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.version import SealLevel
from services.certificates.handlers.stamping import stamp_seals
from services.certificates.main import build
from services.certificates.ports import Deps
from services.certificates.settings import CertificatesSettings
from tests.support.certificates_world import (
    CONTROLLER,
    DESK,
    OFFICER,
    PRINTED,
    REGISTRAR,
    SIGNATORY,
    holder,
)
from tests.support.parts import KafkaPart, MongoPart
from tests.support.sealing import certify_key_file, judged, judged_by_its_own_evidence, served
from tests.support.visitors import build_site

PATIENCE_S = 60
PERSON = "person-of-certificates"
REQUEST = new_id()
KEK = os.urandom(32)
TOPICS = ("certificates.facts", "certificates.state")

T = TypeVar("T")


@dataclass
class Neighbours:
    """Identity and requests, who tell, and verification and requests, who listen."""

    kafka: KafkaPart
    vault: Vault = field(default_factory=lambda: Vault("neighbours", os.urandom(32), MemoryKeyStore()))

    async def tell(self, topic: str, key: str, event: Event, secret: Data | None = None) -> None:
        owner = producer_of(type(event))
        publisher = KafkaPublisher(KafkaAccess(self.kafka.bootstrap, *self.kafka.credentials(owner)))
        event_id = new_id()
        told = await sealed(Fact(event, secret), event_id, self.vault)
        data = told.model_dump_json().encode()
        now = SystemClock().now()
        await publisher.publish_all([Envelope(event_id, event.type_name(), owner, topic, key, 1, now, data)])
        await publisher.close()

    async def hear(self, reader_name: str, topic: str, until: type[Event]) -> list[Envelope]:
        """What `topic` carries of our request, up to and with the first event of type `until`."""
        access = KafkaAccess(self.kafka.bootstrap, *self.kafka.credentials(reader_name))
        reader = KafkaReader(access, reader_name, (topic,))
        heard: list[Envelope] = []
        async with asyncio.timeout(PATIENCE_S):
            while not any(envelope.type == until.type_name() for envelope in heard):
                for record in await reader.poll(0.2, 100):
                    envelope = Envelope.read(record.topic, record.key, record.value, record.headers)
                    if envelope.key == REQUEST:
                        heard.append(envelope)
        await reader.close()
        return heard


def settings_of(mongo: MongoPart, kafka: KafkaPart, folder: Path) -> CertificatesSettings:
    user, password = kafka.credentials("certificates")
    return CertificatesSettings(
        environment="test",
        http_port=0,
        public_origin="http://localhost:8080",
        mongo_url=mongo.url_for("certificates_service"),
        mongo_database="certificates_service",
        kafka_bootstrap=kafka.bootstrap,
        kafka_user=user,
        kafka_password=password,
        kafka_security="SASL_PLAINTEXT",
        kek=KEK,
        lookup_key=os.urandom(32),
        seal_key_file=folder / "seal.pem",
        log_key_file=folder / "log.pem",
    )


@dataclass
class Running:
    """The service at work."""

    deps: Deps
    settings: CertificatesSettings
    neighbours: Neighbours


@pytest.fixture(scope="module")
async def running(
    mongo: MongoPart, kafka: KafkaPart, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    settings = settings_of(mongo, kafka, tmp_path_factory.mktemp("certificates"))
    certify_key_file(settings.seal_key_file, SystemClock().now().replace(microsecond=0))
    service: Service = await build(settings)
    stop = asyncio.Event()
    task = asyncio.create_task(service.run(stop))
    yield Running(service.app.state.deps, settings, Neighbours(kafka))
    stop.set()
    await task


async def until(ask: Callable[[], Awaitable[T | None]]) -> T:
    """What `ask` answers as soon as it isn't None."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if (found := await ask()) is not None:
                return found
            await asyncio.sleep(0.05)


async def approve(running: Running) -> Stored[Certificate]:
    """Let requests approve before the person's key is here, and wait for the file."""
    key = await running.neighbours.vault.create(PERSON)
    event = RequestApproved(
        request_id=REQUEST,
        reference="2026-0000777",
        person_id=PERSON,
        centre="061",
        approved_at=SystemClock().now(),
        valid_until=None,
        centre_name="مكناس",
    )
    await running.neighbours.tell("requests.facts", REQUEST, event, PRINTED)
    wrapped = {"certificates": wrap_key(KEK, "certificates", PERSON, key)}
    shared = PersonKeyShared(person_id=PERSON, wrapped=wrapped)
    await running.neighbours.tell("identity.keys", PERSON, shared)
    return await until(lambda: running.deps.certificates.find(REQUEST))


async def test_an_approval_becomes_a_sealed_certificate_that_the_neighbours_hear_of(
    running: Running,
) -> None:
    deps = running.deps
    assert (await approve(running)).value.stage is Stage.DRAFTING
    await handlers.draft(deps, OFFICER, REQUEST)
    await handlers.check(deps, CONTROLLER, REQUEST)
    number = await handlers.register(deps, REGISTRAR, REQUEST)
    await handlers.sign(deps, SIGNATORY, REQUEST)
    await handlers.hand_over(deps, DESK, REQUEST)

    facts = await running.neighbours.hear("requests", "certificates.facts", CertificateIssued)
    assert [(fact.type, fact.sequence) for fact in facts[:4]] == [
        ("CertificateDrafted", 1),
        ("CertificateChecked", 2),
        ("CertificateRegistered", 3),
        ("CertificateIssued", 4),
    ]
    (told,) = await running.neighbours.hear("verification", "certificates.state", CertificateState)
    state = EVENTS[told.type].model_validate_json(told.data)
    assert isinstance(state, CertificateState)
    delivery = await opened(told, state, running.neighbours.vault, complete=False)
    assert delivery.opened(PrintedContent).versions == (PRINTED,)

    file = (await deps.certificates.get(REQUEST)).value
    version, code = file.versions[0], file.get_personal().codes[0]
    assert (version.number, version.code_hash) == (number, state.versions[0].code_hash)
    pdf = await handlers.open_own_paper(deps, holder(PERSON), REQUEST)
    assert slot.digest(pdf).hex() == version.document_sha256
    root = Authority(
        running.settings.seal_key_file.parent / "authority", SystemClock().now()
    ).root.certificate
    status = await asyncio.to_thread(judged, pdf, root)
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    text = pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert number in text
    assert parse(format_code(code)) == code
    assert format_code(code) in text


async def test_its_seal_gets_a_time_stamp_and_then_stands_by_its_own_evidence(running: Running) -> None:
    folder, deps = running.settings.seal_key_file.parent, running.deps
    before = (await deps.certificates.get(REQUEST)).value.versions[0]
    assert before.seal.level is SealLevel.BASELINE_B
    with served(folder) as url:
        stamps = HttpTimeStamps(url, CredentialsFolder(folder / "credentials"), SystemClock())
        assert await stamp_seals(deps, stamps) == 0
        await stamps.close()
    after = (await deps.certificates.get(REQUEST)).value.versions[0]
    assert after == dataclasses.replace(before, seal=after.seal)
    assert after.seal.level is SealLevel.BASELINE_LT
    pdf = await handlers.open_own_paper(deps, holder(PERSON), REQUEST)
    root = Authority(folder / "authority", SystemClock().now()).root.certificate
    status = await asyncio.to_thread(judged_by_its_own_evidence, pdf, root)
    assert status.bottom_line
    assert status.timestamp_validity is not None


async def test_a_preview_says_that_it_is_none(running: Running) -> None:
    pdf = await handlers.preview(running.deps, OFFICER, REQUEST)
    text = pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert "معاينة" in text
    assert "0000-0000-0000-0000-0" in text


async def test_the_named_queries_find_the_file_on_the_real_store(running: Running) -> None:
    queries, deps = running.deps.queries, running.deps
    assert [file.id for file in await queries.of_person(PERSON)] == [REQUEST]
    assert await queries.find_of_person("somebody-else", REQUEST) is None
    assert (await handlers.list_queue(deps, DESK, Stage.ISSUED, 1)).counts == {Stage.ISSUED: 1}
    assert [file.request_id for file in await handlers.search(deps, DESK, "2026-0000777")] == [REQUEST]
    assert await queries.planned_before(SystemClock().now()) == []
    assert await queries.unsettled_before(SystemClock().now()) == []
    await handlers.sweep(deps)


class OwnFacts:
    """The public facts of this test's certificate: other tests' records lie on the same topic."""

    def __init__(self, kafka: KafkaPart) -> None:
        access = BrokerAccess(kafka.bootstrap, *kafka.credentials(MONITOR), "SASL_PLAINTEXT")
        self._reader = FactReader(access)

    def read(self) -> list[PublicFact]:
        return [fact for fact in self._reader.read() if fact.told.certificate_id == REQUEST]

    def close(self) -> None:
        self._reader.close()


async def test_a_monitor_finds_nothing_on_what_the_service_logged_and_published(
    running: Running, tmp_path: Path
) -> None:
    site = build_site(api.router, pages.router)
    site.app.state.deps = running.deps
    site.app.state.pages = Pages("services.certificates")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url="http://localhost:8080")
    log, facts = LogReader(client), OwnFacts(running.neighbours.kafka)
    memory = Memory(NoteVerifier.read(await log.key()))
    watch = Watch(log, facts, memory, tmp_path / "state.json", Rules(), SystemClock(), lambda _line: None)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while watch.summary != "1 entries, 1 facts":
                assert await watch.round() == []
                await asyncio.sleep(0.1)
        assert await watch.reread() == []
        much_later = FixedClock(SystemClock().now() + timedelta(hours=2))
        again = Watch(log, facts, memory, tmp_path / "state.json", Rules(), much_later, lambda _line: None)
        assert [finding.fault for finding in await again.round()] == [Fault.ENTRY_UNPUBLISHED]
    finally:
        facts.close()
        await log.close()
