"""A partner's server: checks each webhook's signature, takes it, and remembers the events' ids."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import httptools
import orjson
import uvloop
from standardwebhooks import Webhook


class Connection(asyncio.Protocol):
    """One connection, one request after the other; nothing waits, so each is answered as it is read."""

    def __init__(self, verifier: Webhook, seen: set[str]) -> None:
        self._verifier = verifier
        self._seen = seen
        self._headers: dict[str, str] = {}
        self._body = b""
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports aren't asyncio's by class.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._headers, self._body = {}, b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self._verifier.verify(self._body, self._headers, json_parse=False)
        told = orjson.loads(self._body)
        self._seen.update(event["id"] for event in (told if isinstance(told, list) else [told]))
        self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def serve(port: int, secret: str) -> None:
    """Serve until a line comes in; then say how many different events were taken."""
    seen: set[str] = set()
    verifier, loop = Webhook(secret), asyncio.get_running_loop()
    await loop.create_server(lambda: Connection(verifier, seen), "127.0.0.1", port)
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(len(seen), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2]))
