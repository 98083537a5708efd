"""The heartbeats of certificates, without certificates: everything that it told lies in the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from libs.chassis.clock import SystemClock
from libs.chassis.heartbeats import Heart, Heartbeats
from libs.chassis.kafka import KafkaAccess, KafkaPublisher
from libs.chassis.pausing import pause
from libs.contracts.certificates import CertificatesHeartbeat
from libs.contracts.topics import BY_NAME
from services.certificates.handlers.beating import heartbeat
from tests.support.parts import KafkaPart

EVERY_S: Final = 0.3


@asynccontextmanager
async def beating(kafka: KafkaPart) -> AsyncIterator[None]:
    """Beat as certificates does, for as long as this lasts."""
    publisher = KafkaPublisher(KafkaAccess(kafka.bootstrap, *kafka.credentials("certificates")))
    heart = Heart(BY_NAME[CertificatesHeartbeat.topics[0]], heartbeat, EVERY_S)
    beats, stop = Heartbeats("certificates", heart, publisher, SystemClock()), asyncio.Event()

    async def beat_on() -> None:
        while not stop.is_set():
            beats.settle(beats.moment())
            await beats.beat_when_due()
            await pause(stop, beats.due_in_s())

    task = asyncio.create_task(beat_on())
    try:
        yield
    finally:
        stop.set()
        await task
        await publisher.close()
