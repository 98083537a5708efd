"""How fast a partner that was down for 72 hours catches up: webhooks, the feed, and Kafka."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import httpx
import uvloop

from bench import posting
from deploy.local.folders import REPOSITORY
from deploy.local.parts import Kafka, Mongod
from deploy.local.progress import say
from libs.chassis.beats import MongoBeats
from libs.chassis.clock import FixedClock, SystemClock
from libs.chassis.consumer import Consumer, Inlet
from libs.chassis.ids import new_id
from libs.chassis.kafka import KafkaAccess, KafkaPublisher, KafkaReader
from libs.chassis.web.server import serve
from libs.contracts.certificates import CertificateStatus, CertificateStatusPublished
from libs.contracts.event import Envelope
from libs.contracts.partners import PARTNER_API
from libs.contracts.topics import SERVICES, TOPICS
from services.verification import api
from services.verification.consumers import SUBSCRIPTIONS
from services.verification.domain.webhook import Mode, Standing
from services.verification.handlers.webhooks import get_webhook, resume_webhook
from tests.support.partner_house import House, fresh_kek, house_settings, partner_house
from tests.support.partners import OwnIssuer
from tests.support.visitors import build_site

FOLDER: Final = REPOSITORY / ".local" / "bench-partners"
EVENTS: Final = 20_000
CERTIFICATES: Final = 5_000
HOURS_DOWN: Final = 72
PAGE: Final = 1000
GOAL: Final = "goal: at least 1,000/s"
TOPIC: Final = CertificateStatusPublished.topics[0]


@dataclass(frozen=True)
class Rate:
    """What one way of catching up showed.

    Attributes:
        cpu_us: Of this process, for each event.
    """

    way: str
    events: int
    spent_s: float
    cpu_us: float

    def told(self) -> str:
        """In a line."""
        per_s = self.events / self.spent_s
        return f"  {self.way:34}{per_s:8,.0f}/s{self.cpu_us:8,.0f} us CPU here per event"


def run() -> None:
    """Start a database and a broker, and catch up in each way."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    mongod, kafka = Mongod(FOLDER / "mongod"), Kafka(FOLDER / "kafka")
    try:
        mongod.start()
        kafka.start()
        kafka.provision(TOPICS, SERVICES)
        say(f"\nA partner that was down for {HOURS_DOWN} simulated hours and missed {EVENTS:,} events")
        say(f"  {GOAL} in each way of catching up")
        uvloop.run(_measure(mongod, kafka))
        for way, spent_us in uvloop.run(posting.cpu_us()).items():
            say(f"  one small POST by {way}: {spent_us:,.0f} us CPU, a bare server's part in it")
    finally:
        kafka.stop()
        mongod.stop()
        shutil.rmtree(FOLDER, ignore_errors=True)


async def _measure(mongod: Mongod, kafka: Kafka) -> None:
    broker = (kafka.bootstrap, *kafka.credentials("verification"))
    settings = house_settings(mongod.url_for("partners"), "partners", fresh_kek(), broker)
    clock = FixedClock(SystemClock().now() - timedelta(hours=HOURS_DOWN))
    async with partner_house(settings, clock=clock) as house:
        await _publish(KafkaAccess(kafka.bootstrap, *kafka.credentials("certificates")), clock.now())
        say((await _timed("Kafka to the service's own copy", lambda: _copy(house))).told())
        for mode in Mode:
            await _webhooks(house, clock, mode)
        say((await _timed(f"feed, {PAGE:,} a page", lambda: _feed(house))).told())
        access = KafkaAccess(kafka.bootstrap, *kafka.credentials("monitor"))
        say((await _timed("Kafka, read by a partner", lambda: _read(access))).told())


async def _timed(way: str, work: Callable[[], Awaitable[int]]) -> Rate:
    began, began_cpu_s = time.perf_counter(), time.process_time()
    events = await work()
    spent_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu_s
    assert events == EVENTS, f"{way}: {events}"
    return Rate(way, events, spent_s, cpu_s / events * 1e6)


async def _publish(access: KafkaAccess, at: datetime) -> None:
    """Let certificates tell of issues and of what followed."""
    publisher = KafkaPublisher(access)
    names = [new_id() for _ in range(CERTIFICATES)]
    for sequence in range(1, EVENTS // CERTIFICATES + 1):
        status = CertificateStatus.VALID if sequence % 2 else CertificateStatus.SUSPENDED
        envelopes = [_envelope(name, sequence, status, at) for name in names]
        assert all(await publisher.publish_all(envelopes))
    await publisher.close()


def _envelope(name: str, sequence: int, status: CertificateStatus, at: datetime) -> Envelope:
    event = CertificateStatusPublished(
        certificate_id=name,
        number="2026/000123",
        version=1,
        status=status,
        issued_on=date(2026, 11, 20),
        valid_until=date(2036, 11, 20),
        changed_at=at,
        document_sha256="0" * 64,
        log_index=sequence,
        log_salt="0" * 32,
    )
    data = event.model_dump_json().encode()
    return Envelope(new_id(), event.type_name(), "/khadamaty/certificates", TOPIC, name, sequence, at, data)


async def _copy(house: House) -> int:
    """Read the topic as the service does."""
    platform = house.platform
    row = next(row for row in SUBSCRIPTIONS if row.event is CertificateStatusPublished)
    settings = platform.settings
    access = KafkaAccess(
        settings.kafka_bootstrap, settings.kafka_user, settings.kafka_password.get_secret_value()
    )
    inlet = Inlet(
        platform.name,
        KafkaReader(access, platform.name, [TOPIC]),
        platform.publisher,
        platform.parking,
        platform.vault,
        platform.clock,
        MongoBeats(platform.database["beats"]),
        platform.doubts,
    )
    consumer = Consumer(inlet, [row], house.deps)
    while await house.deps.outlet.chronicle.tail() < EVENTS:
        await consumer.step(0.2)
    await inlet.reader.close()  # type: ignore[attr-defined]
    return await house.deps.outlet.chronicle.tail()


async def _webhooks(house: House, clock: FixedClock, mode: Mode) -> None:
    """Be down for 72 hours, then take all that was missed."""
    port = _free_port()
    webhook = await house.subscribe(f"http://127.0.0.1:{port}/events", mode=mode)
    clock.advance(SystemClock().now() - timedelta(hours=HOURS_DOWN) - clock.now())
    for _ in range(HOURS_DOWN):
        await house.deliver()
        clock.advance(timedelta(hours=1))
    await house.deliver()
    stored = await house.deps.store.webhooks.get(webhook.id)
    assert stored.value.standing is Standing.SUSPENDED
    assert stored.value.personal is not None
    async with _partner(port, stored.value.personal.present) as taken:
        await resume_webhook(house.deps, house.partner, webhook.id)

        async def catch_up() -> int:
            await house.deliver()
            return EVENTS - (await get_webhook(house.deps, house.partner, webhook.id)).behind

        rate = await _timed(f"webhooks, {mode}", catch_up)
        assert await taken() == EVENTS
    say(rate.told())


@asynccontextmanager
async def _partner(port: int, secret: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    command = [sys.executable, "-m", "bench.partner_server", str(port), secret]
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    out, given = child.stdout, child.stdin
    await out.readline()

    async def taken() -> int:
        given.write(b"\n")
        await given.drain()
        return int(await out.readline())

    try:
        yield taken
    finally:
        child.kill()
        await child.wait()


async def _feed(house: House) -> int:
    """Read the feed over HTTP; the server runs in this process, too."""
    issuer, port, stop = OwnIssuer(), _free_port(), asyncio.Event()
    site = build_site(api.router, with_pages=False)
    site.app.state.deps = replace(house.deps, partner_tokens=issuer.reader(house.platform.clock))
    serving = asyncio.create_task(serve(site.app, "127.0.0.1", port, stop))
    headers = issuer.bearer(house.platform.clock)
    read, path = 0, f"{PARTNER_API}/events?limit={PAGE}"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        await _answers(client)
        while events := (answer := await client.get(path)).raise_for_status().json():
            read += len(events)
            path = str(answer.links["next"]["url"])
    stop.set()
    await serving
    return read


async def _answers(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await client.get("/readyz")
            except httpx.TransportError:
                await asyncio.sleep(0.02)
            else:
                return


async def _read(access: KafkaAccess) -> int:
    """Read the topic as a partner does: every event, opened."""
    reader, read = KafkaReader(access, f"monitor-{new_id()}", [TOPIC]), 0
    while read < EVENTS:
        for record in await reader.poll(0.5, PAGE):
            envelope = Envelope.read(record.topic, record.key, record.value, record.headers)
            CertificateStatusPublished.model_validate_json(envelope.data)
            read += 1
    await reader.close()
    return read


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
