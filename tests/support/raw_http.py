"""Requests sent byte by byte to a server on loopback, and its answers as they come."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from libs.chassis.web.front import Desk
from libs.chassis.web.server import serve

PATIENCE_S = 20


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def served(app: ASGIApp, desk: Desk | None = None) -> AsyncIterator[int]:
    """Serve until the block ends.

    Yields:
        The port.
    """
    port, stop = free_port(), asyncio.Event()
    task = asyncio.create_task(serve(app, "127.0.0.1", port, stop, desk=desk))
    await _listening(port)
    yield port
    stop.set()
    await task


async def answers(port: int, pieces: Sequence[bytes], count: int = 1) -> list[bytes]:
    """Send pieces one after another over one connection and read so many answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE_S):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                # Each piece comes to the server by itself.
                await asyncio.sleep(0.02 if len(pieces) > 1 else 0)
            return [await _answer(reader) for _ in range(count)]
    finally:
        writer.close()
        await writer.wait_closed()


def posted(path: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """A request that posts JSON."""
    usual = [("Host", "localhost"), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    given = {name.lower() for name, _ in headers}
    lines = [
        f"{name}: {value}"
        for name, value in (*usual, *headers)
        if (name, value) in headers or name.lower() not in given
    ]
    return f"POST {path} HTTP/1.1\r\n".encode() + "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


async def _listening(port: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            return


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    sizes = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    size = int(sizes[0].partition(b":")[2]) if sizes else 0
    return head + await reader.readexactly(size)
