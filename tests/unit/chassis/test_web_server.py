"""The server runs as one task among others: it listens, drains, stops and leaves signals alone."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from libs.chassis.web.server import serve

DEADLINE_S = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Answering:
    """Answers with the client's address; at `/slow` only once it is let."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.let = asyncio.Event()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            self.reached.set()
            await self.let.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()})


@asynccontextmanager
async def serving(
    app: Answering, gateways: str = "127.0.0.1"
) -> AsyncIterator[tuple[str, asyncio.Event, asyncio.Task[None]]]:
    port, stop = free_port(), asyncio.Event()
    task = asyncio.create_task(serve(app, "127.0.0.1", port, stop, gateways=gateways))
    async with asyncio.timeout(DEADLINE_S):
        await _listening(port)
        yield f"http://127.0.0.1:{port}", stop, task
        stop.set()
        await task


async def _listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


async def test_it_serves_until_told_to_stop() -> None:
    async with serving(Answering()) as (address, stop, task), httpx.AsyncClient() as client:
        assert (await client.get(address)).status_code == 200
        stop.set()
        await task
        with pytest.raises(httpx.ConnectError):
            await httpx.AsyncClient().get(address)


async def test_a_request_in_hand_is_answered_before_it_stops() -> None:
    app = Answering()
    async with serving(app) as (address, stop, task), httpx.AsyncClient() as client:
        waiting = asyncio.create_task(client.get(f"{address}/slow"))
        await app.reached.wait()
        stop.set()
        await asyncio.sleep(0)
        assert not task.done()
        app.let.set()
        assert (await waiting).status_code == 200


async def test_signals_stay_with_whoever_runs_the_process() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    async with serving(Answering()):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize(("gateways", "seen"), [("127.0.0.1", "198.51.100.7"), ("192.0.2.0/24", "127.0.0.1")])
async def test_only_a_gateway_is_believed_about_the_client(gateways: str, seen: str) -> None:
    async with serving(Answering(), gateways) as (address, _, _), httpx.AsyncClient() as client:
        assert (await client.get(address, headers={"x-forwarded-for": "198.51.100.7"})).text == seen


async def test_a_port_that_is_taken_is_an_error_of_ours_not_an_exit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve(Answering(), "127.0.0.1", taken.getsockname()[1], asyncio.Event())
