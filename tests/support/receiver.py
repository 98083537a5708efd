"""A partner's HTTP server on this machine: does as it is told, and remembers what it got."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httptools


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def event_ids(self) -> list[str]:
        events = json.loads(self.body)
        return [event["id"] for event in (events if isinstance(events, list) else [events])]


@dataclass(frozen=True)
class Reply:
    """What the partner does with a request.

    Attributes:
        status: What it answers; None closes the connection instead.
        delay_s: How long it thinks first.
        closing: Whether the connection is closed afterwards without a word.
    """

    status: int | None = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    body: bytes = b""
    closing: bool = False


TAKES = Reply()


@dataclass
class Receiver:
    """The server.

    Attributes:
        behave: Says what to do with a request, given how many came before.
    """

    behave: Callable[[Got, int], Reply] = lambda _got, _before: TAKES
    port: int = 0
    got: list[Got] = field(default_factory=list)
    taken: list[Got] = field(default_factory=list)
    connections: int = 0
    arrival: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    @property
    def event_ids(self) -> list[str]:
        """What it took, in order, as often as it came."""
        return [event_id for got in self.taken for event_id in got.event_ids]

    async def has_taken(self, count: int, within_s: float = 60) -> None:
        """Wait until it took that many different events."""
        async with asyncio.timeout(within_s):
            while len(set(self.event_ids)) < count:
                self.arrival.clear()
                await self.arrival.wait()

    async def serve(self, got: Got) -> Reply:
        reply = self.behave(got, len(self.got))
        self.got.append(got)
        await asyncio.sleep(reply.delay_s)
        if reply.status is not None and 200 <= reply.status < 300:
            self.taken.append(got)
        self.arrival.set()
        return reply


class _Connection(asyncio.Protocol):
    """One connection, one request after the other."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._number = receiver.connections
        receiver.connections += 1
        self._tasks: set[asyncio.Task[None]] = set()
        self._begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._path = url.decode()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        got = Got(self._path, self._headers, self._body, self._number)
        self._begin()
        task = asyncio.create_task(self._answer(got))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _begin(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._path, self._headers, self._body = "", dict[str, str](), b""

    async def _answer(self, got: Got) -> None:
        reply = await self._receiver.serve(got)
        if reply.status is None:
            self._transport.close()
            return
        headers = {"content-length": str(len(reply.body)), **reply.headers}
        if reply.status == 204:
            del headers["content-length"]
        lines = [f"HTTP/1.1 {reply.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
        self._transport.write("\r\n".join([*lines, "", ""]).encode() + reply.body)
        if reply.closing:
            self._transport.close()


@asynccontextmanager
async def receiving(behave: Callable[[Got, int], Reply] | None = None) -> AsyncIterator[Receiver]:
    """A server on a free port."""
    receiver = Receiver() if behave is None else Receiver(behave)
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(receiver), "127.0.0.1", receiver.port
    )
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
