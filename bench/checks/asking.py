"""Asks the check at a steady pace, and for two kinds of codes in turn, noting how long each answer takes."""

from __future__ import annotations

import asyncio
import random
import socket
import statistics
import time
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from typing import Final

from libs.chassis.pausing import pause
from services.verification.api.checks import PATH
from services.verification.api.told import LENGTH

CONNECTIONS: Final = 64
_END_OF_HEAD: Final = b"\r\n\r\n"


def question(body: bytes, network: str) -> bytes:
    """A request with this body, as the gateway would pass it on."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"X-Forwarded-For: {network}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Line(asyncio.Protocol):
    """One connection with one question under way."""

    def __init__(self, idle: deque[_Line], took_s: list[float]) -> None:
        self._idle = idle
        self._took_s = took_s
        self._got = b""
        self._due = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._idle.append(self)

    def ask(self, asked: bytes, due: float) -> None:
        assert self.transport is not None
        self._due = due
        self.transport.write(asked)

    def data_received(self, data: bytes) -> None:
        self._got += data
        if len(self._got) >= self._got.find(_END_OF_HEAD) + len(_END_OF_HEAD) + LENGTH:
            self._got = b""
            self._took_s.append(time.perf_counter() - self._due)
            self._idle.append(self)


async def paced(port: int, asked: Sequence[bytes], per_s: float, for_s: float) -> list[float]:
    """Ask so often, whether or not answers come.

    Returns:
        Seconds from when each question was due until its answer was there.
    """
    idle: deque[_Line] = deque()
    took_s: list[float] = []
    running, never = asyncio.get_running_loop(), asyncio.Event()
    for _ in range(CONNECTIONS):
        await running.create_connection(lambda: _Line(idle, took_s), "127.0.0.1", port)
    count, began = int(per_s * for_s), time.perf_counter() + 0.1
    for place in range(count):
        due = began + place / per_s
        while (left_s := due - time.perf_counter()) > 0 or not idle:
            await pause(never, max(left_s, 0))
        idle.popleft().ask(asked[place % len(asked)], due)
    while len(idle) < CONNECTIONS:
        await pause(never, 0.01)
    for line in idle:
        assert line.transport is not None
        line.transport.close()
    return took_s


def told_apart(port: int, known: Sequence[bytes], unknown: Sequence[bytes], count: int) -> float:
    """How well the time of an answer tells a known code from an unknown one.

    Returns:
        The area under the curve of a classifier by time alone: 0.5 tells nothing.
    """
    chance = random.Random(9)  # noqa: S311 - a seeded order
    took_s: dict[bool, list[float]] = {True: [], False: []}
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(2 * count):
            kind = chance.random() < 0.5
            asked = chance.choice(known if kind else unknown)
            began = time.perf_counter()
            line.sendall(asked)
            got = b""
            while len(got) < got.find(_END_OF_HEAD) + len(_END_OF_HEAD) + LENGTH:
                got += line.recv(65_536)
            took_s[kind].append(time.perf_counter() - began)
    return _area(took_s[True], took_s[False])


def p99_ms(took_s: Sequence[float]) -> float:
    """The 99th percentile, in milliseconds."""
    return statistics.quantiles(took_s, n=100)[98] * 1e3


def _area(ones: Sequence[float], others: Sequence[float]) -> float:
    ordered = sorted(others)
    wins = sum(bisect_left(ordered, one) + bisect_right(ordered, one) for one in ones)
    return wins / 2 / len(ones) / len(others)
