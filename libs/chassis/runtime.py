"""Runs a service: web, consumer, relay and its own loops in one task group, so that none outlives another."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
import uvloop
from fastapi import FastAPI

from libs.chassis.errors import ServiceError
from libs.chassis.logging import configure_logging
from libs.chassis.settings import ServiceSettings, SettingsUnusable, read_settings
from libs.chassis.web.front import Desk
from libs.chassis.web.server import serve

log = structlog.get_logger(__name__)

S = TypeVar("S", bound=ServiceSettings)

Loop = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set, then finishes what it has in hand and returns."""


@dataclass(frozen=True)
class Service:
    """A wired service, ready to run.

    Attributes:
        app: Its web application.
        gateways: Addresses whose word on the client's address is believed.
        loops: Its consumer, relay and other workers.
        closing: Called in this order once everything has stopped.
        desk: Answers simple questions in front of the application.
    """

    name: str
    app: FastAPI
    host: str
    port: int
    gateways: str
    loops: Sequence[Loop] = ()
    closing: Sequence[Callable[[], Awaitable[None]]] = field(default=())
    desk: Desk | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`; a part that dies takes the whole process with it, to be started anew."""
        try:
            async with asyncio.TaskGroup() as group:
                for loop in self.loops:
                    group.create_task(_watched(loop, stop))
                serving = serve(self.app, self.host, self.port, stop, gateways=self.gateways, desk=self.desk)
                group.create_task(serving)
                log.info("service.started", port=self.port)
        finally:
            for close in self.closing:
                await close()
            log.info("service.stopped")


async def _watched(loop: Loop, stop: asyncio.Event) -> None:
    await loop(stop)
    if not stop.is_set():
        raise RuntimeError(f"{getattr(loop, '__qualname__', loop)} ended before it was asked to")


def run(name: str, settings_class: type[S], build: Callable[[S], Awaitable[Service]]) -> None:
    """The main function of a service's process: read the settings, wire, run until SIGTERM or SIGINT."""
    configure_logging(name)
    uvloop.run(_main(settings_or_exit(name, settings_class), build))


def run_command(name: str, settings_class: type[S], work: Callable[[S], Coroutine[Any, Any, None]]) -> None:
    """Run a command of a service's: what its settings lack or its handlers refuse ends it with the reason."""
    settings = settings_or_exit(name, settings_class)
    try:
        asyncio.run(work(settings))
    except ServiceError as error:
        sys.exit(f"{error.slug}: {error.details or error}")


def settings_or_exit(name: str, settings_class: type[S]) -> S:
    """A service's settings; unusable ones end the process and are all named."""
    try:
        return read_settings(settings_class)
    except SettingsUnusable as error:
        sys.exit(f"{name}: {error}")


async def _main(settings: S, build: Callable[[S], Awaitable[Service]]) -> None:
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(sign, stop.set)
    service = await build(settings)
    # What is built stays: the collector needn't look through all of it each time.
    gc.collect()
    gc.freeze()
    await service.run(stop)
