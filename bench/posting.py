"""What one small POST costs by each HTTP client: the reason for the one that brings webhooks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import httpx

from services.verification.adapters.postman import HttpPostman

POSTS: Final = 2000
AT_ONCE: Final = 16
ROUNDS: Final = 3
BODY: Final = b"{" + b" " * 900 + b"}"
HEADERS: Final = {"content-type": "application/cloudevents+json", "webhook-id": "a" * 36}

Post = Callable[[], Awaitable[object]]


async def cpu_us() -> Mapping[str, float]:
    """Microseconds of CPU of this process per POST, the server's part in it; the best of a few turns."""
    server = await asyncio.get_running_loop().create_server(_Taking, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/events"
    postman = HttpPostman(loopback_allowed=True)
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(limits=limits) as client:
        ways: Mapping[str, Post] = {
            "aiohttp, as webhooks go": lambda: postman.post(url, HEADERS, BODY),
            "httpx": lambda: client.post(url, headers=HEADERS, content=BODY),
        }
        spent: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(ROUNDS):
            for way, post in ways.items():
                spent[way].append(await _spent_us(post))
    await postman.close()
    server.close()
    return {way: min(turns) for way, turns in spent.items()}


async def _spent_us(post: Post) -> float:
    left = iter(range(POSTS))

    async def work() -> None:
        for _ in left:
            await post()

    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return (time.process_time() - began) / POSTS * 1e6


class _Taking(asyncio.Protocol):
    """Takes whatever is posted: a request ends with the body's last byte."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = transport.write  # type: ignore[attr-defined]  # uvloop's has no common class

    def data_received(self, data: bytes) -> None:
        if data.endswith(BODY[-1:]):
            self._write(b"HTTP/1.1 204 No Content\r\n\r\n")
