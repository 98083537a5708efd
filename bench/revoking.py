"""How long after its commit a revocation is what the public check answers."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.parts import Kafka, Mongod
from deploy.local.progress import say
from libs.chassis.heartbeats import Heart
from libs.chassis.pausing import pause
from libs.contracts.certificates import CertificatesHeartbeat
from libs.contracts.topics import BY_NAME, SERVICES, TOPICS
from services.certificates.handlers.beating import heartbeat
from tests.support.checking_client import Client
from tests.support.freshness_house import ORIGIN, House, Times, opened_house

FOLDER: Final = Path(".local/bench-revoking")
REVOCATIONS: Final = 300
PAUSE_S: Final = 0.05
BEAT_EVERY_S: Final = 1.0
GOAL: Final = "goal: p99 at most 1,000 ms"
#: What a platform that runs has: see ADR 19.
TIMES: Final = Times(fresh_for_s=45.0, bound_s=60.0)


@dataclass(frozen=True)
class Revoking:
    """What one run showed, from the acknowledged commit to the first answer that says so."""

    count: int
    p50_ms: float
    p99_ms: float
    longest_ms: float


async def measure(count: int) -> Revoking:
    """Revoke so many certificates, one after the other, and ask for each until it is told."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    mongod, kafka = Mongod(FOLDER / "mongod"), Kafka(FOLDER / "kafka")
    try:
        mongod.start()
        kafka.start()
        kafka.provision(TOPICS, SERVICES)
        async with opened_house(mongod, kafka, FOLDER, TIMES) as house:
            return await _revoke(house, count)
    finally:
        kafka.stop()
        mongod.stop()


async def _revoke(house: House, count: int) -> Revoking:
    """Whoever commits publishes, too, as in the service: its bell rings in its own process."""
    await asyncio.to_thread(house.relay.stop)
    stop = asyncio.Event()
    heart = Heart(BY_NAME[CertificatesHeartbeat.topics[0]], heartbeat, BEAT_EVERY_S)
    relaying = asyncio.create_task(house.platform.relay(heart).run(stop))
    await house.issue(count)
    await house.until_all_is_told_right()
    client = Client(ORIGIN, house.answering[0].port)
    took_ms = []
    for _ in range(count):
        code = await house.revoke()
        while await client.ask(code) != "revoked":
            continue
        took_ms.append((time.monotonic() - house.revoked_at[code]) * 1000)
        await pause(stop, PAUSE_S)
    client.close()
    stop.set()
    await relaying
    ranks = statistics.quantiles(took_ms, n=100)
    return Revoking(count, ranks[49], ranks[98], max(took_ms))


def run() -> None:
    """Measure and tell."""
    say(f"\nRevoking {REVOCATIONS} certificates: from the commit to the answer of the public check")
    told = asyncio.run(measure(REVOCATIONS))
    say(f"  p50 {told.p50_ms:,.0f} ms, p99 {told.p99_ms:,.0f} ms, longest {told.longest_ms:,.0f} ms; {GOAL}")
