"""A bare answer on the server that every service runs on: `python -m bench.checks.hello PORT`."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

import uvloop
from starlette.types import Receive, Scope, Send

from libs.chassis.web.server import serve

BODY: Final = b'{"hello":"world"}'
HEADERS: Final = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


async def hello(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer without looking at the question."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    uvloop.run(serve(hello, "127.0.0.1", int(sys.argv[1]), asyncio.Event()))
