"""A mail server on loopback that answers as it is told and keeps what it took."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

OK = b"250 2.0.0 ok"
CLOSE = b""
"""Instead of a reply: hang up."""


@dataclass
class Sink:
    """What the server does and has seen.

    Attributes:
        replies: By verb (`CONNECT`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `.`), what to answer instead of yes, in
            this order; `.` stands for the end of a mail's data.
        taken: The mails, as bytes, that it said yes to.
        seen: The mails, as bytes, that it read to their end.
        lines: Every command line.
    """

    port: int = 0
    replies: dict[str, list[bytes]] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    connections: int = 0

    def mails(self) -> list[EmailMessage]:
        """The mails that it took."""
        return [message_from_bytes(raw, policy=default) for raw in self.taken]

    def next_reply(self, verb: str, usual: bytes) -> bytes:
        waiting = self.replies.get(verb)
        return waiting.pop(0) if waiting else usual

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        self.connections += 1
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await _say(writer, self.next_reply("CONNECT", b"220 sink ESMTP")):
            return
        while line := await reader.readline():
            self.lines.append(line)
            verb = line.split()[0].split(b":")[0].decode().upper() if line.split() else ""
            if verb == "QUIT":
                await _say(writer, b"221 bye")
                return
            reply = self.next_reply(verb, b"354 go on" if verb == "DATA" else OK)
            if not await _say(writer, reply):
                return
            if verb == "DATA" and reply.startswith(b"354") and not await self._take(reader, writer):
                return

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        raw = await reader.readuntil(b"\r\n.\r\n")
        self.seen.append(raw[:-3])
        reply = self.next_reply(".", OK)
        if reply.startswith(b"250"):
            self.taken.append(raw[:-3])
        return await _say(writer, reply)


async def _say(writer: asyncio.StreamWriter, reply: bytes) -> bool:
    if reply == CLOSE:
        return False
    writer.write(reply + b"\r\n")
    await writer.drain()
    return not reply.startswith(b"421")


@asynccontextmanager
async def smtp_sink(**replies: list[bytes]) -> AsyncIterator[Sink]:
    """Run a server on a free port until the block ends; `end` stands for `.`."""
    sink = Sink(
        replies={"." if verb == "end" else verb.upper(): list(told) for verb, told in replies.items()}
    )
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, limit=2**22)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        await server.wait_closed()
