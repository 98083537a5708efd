"""The HTTP server of a process, run among its other tasks and stopped with them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

import uvicorn
from starlette.types import ASGIApp

from libs.chassis.web.front import Desk, fronted

LOOPBACK: Final = "127.0.0.1,::1"
DRAIN_S: Final = 10
_BACKLOG: Final = 2048
_KEEP_ALIVE_S: Final = 75


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no handler."""
        yield


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    stop: asyncio.Event,
    *,
    gateways: str = LOOPBACK,
    desk: Desk | None = None,
) -> None:
    """Serve until told to stop, then let requests in hand finish for up to ten seconds.

    Args:
        app: Any ASGI application.
        host: The address to listen on.
        port: The port.
        stop: Ends it.
        gateways: Addresses or networks, separated by commas, whose `X-Forwarded-*` headers are believed.
        desk: Answers simple questions before the application sees them.

    Raises:
        OSError: The address can't be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    config = uvicorn.Config(
        app,
        http="httptools" if desk is None else cast("type[asyncio.Protocol]", fronted(desk)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=gateways,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
    server = _Server(config)
    heeding = asyncio.create_task(_heed(stop, server))
    try:
        await server.serve(sockets=[listening])
    finally:
        heeding.cancel()
        listening.close()


async def _heed(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True
