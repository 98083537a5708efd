"""Work that a service repeats beside its requests and events: sweepers, senders, reminders."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from libs.chassis.errors import Retryable
from libs.chassis.mongo import UNREACHABLE
from libs.chassis.pausing import pause
from libs.chassis.runtime import Loop

log = structlog.get_logger(__name__)


def periodically(name: str, work: Callable[[], Awaitable[object]], every_s: float) -> Loop:
    """A loop that does `work`, rests for `every_s` seconds and begins again.

    What may succeed later, such as a datastore that doesn't answer, is logged and tried at the next turn;
    anything else ends the process, as a fault should.
    """

    async def loop(stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await work()
            except (Retryable, *UNREACHABLE) as error:
                log.warning("periodic.waiting", work=name, cause=type(error).__name__)
            await pause(stop, every_s)

    return loop
