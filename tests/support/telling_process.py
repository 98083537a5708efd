"""Certificates' relay in a process of its own, which can be frozen."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from typing import Final

from libs.chassis.aggregates import Aggregates
from libs.chassis.codec import Codec
from libs.chassis.heartbeats import Heart
from libs.chassis.logging import configure_logging
from libs.chassis.platform import Platform
from libs.chassis.settings import ServiceSettings, read_settings, settings_for
from libs.contracts.certificates import CertificatesHeartbeat
from libs.contracts.topics import BY_NAME
from services.certificates.handlers.beating import heartbeat

BEAT_EVERY_S: Final = 0.2


class TellerSettings(ServiceSettings):
    """Of certificates' settings those that every service has."""

    model_config = settings_for("CERTIFICATES_")


@dataclass(frozen=True)
class Told:
    """As much of a certificate as there must be for its events."""

    status: str


TOLD: Final = Codec("told", Told)


async def opened(platform: Platform) -> Aggregates[Told]:
    """The certificates, their outbox known to the platform's relay."""
    return await platform.aggregates(TOLD)


async def main() -> None:
    configure_logging("certificates")
    platform = await Platform.open("certificates", read_settings(TellerSettings))
    await opened(platform)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await platform.relay(Heart(BY_NAME[CertificatesHeartbeat.topics[0]], heartbeat, BEAT_EVERY_S)).run(stop)
    await platform.publisher.close()
    await platform.close()


if __name__ == "__main__":
    asyncio.run(main())
