"""Brings parcels to partners over HTTP, to public addresses only, following nobody elsewhere."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from prometheus_client import Counter

from libs.chassis.metrics import REGISTRY
from services.verification.domain.webhook import PartnerAnswer
from services.verification.domain.webhook_address import is_public

TIMEOUT_S: Final = 15.0

WEBHOOKS: Final = Counter(
    "webhook_requests_total", "Requests to partners, by what they came to.", ("outcome",), registry=REGISTRY
)

_CONNECTIONS_PER_HOST: Final = 32
_NAMES_KEPT_S: Final = 60
_ANSWER_BYTES: Final = 4096


class AddressRefused(OSError):
    """The name led to an address that isn't of the public internet."""


class HttpPostman:
    """One pool of connections, kept open between parcels.

    The address is judged when the socket is made, after the name was resolved: no name can be made to point
    elsewhere between the check and the connection.

    Args:
        loopback_allowed: Whether this machine and its network may be reached, as outside production.
        timeout_s: For the whole of one request.
    """

    def __init__(self, *, loopback_allowed: bool, timeout_s: float = TIMEOUT_S) -> None:
        self._loopback_allowed = loopback_allowed
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> PartnerAnswer:
        """Send one request; no answer is an answer, too. No redirect is followed."""
        answer = await self._answer(url, headers, body)
        WEBHOOKS.labels(_kind(answer)).inc()
        return answer

    async def close(self) -> None:
        """Close what is open."""
        while self._sessions:
            _kept, session = self._sessions.popitem()
            await session.close()

    async def _answer(self, url: str, headers: Mapping[str, str], body: bytes) -> PartnerAnswer:
        began = time.perf_counter()
        try:
            status, retry_after = await self._post_surely(url, headers, body)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return PartnerAnswer(None, _ms_since(began), fault=_fault(error))
        return PartnerAnswer(status, _ms_since(began), retry_after=retry_after)

    async def _post_surely(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str | None]:
        """Send it, once more by a connection of its own where one that was kept turns out to be closed."""
        try:
            return await self._post(self._session(kept=True), url, headers, body)
        except aiohttp.ClientConnectionError as error:
            if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError)):
                raise
            return await self._post(self._session(kept=False), url, headers, body)

    async def _post(
        self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, str | None]:
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            # What they say is of no interest; read a little, so that the connection can be kept.
            await answer.content.read(_ANSWER_BYTES)
            return answer.status, answer.headers.get("retry-after")

    def _session(self, *, kept: bool) -> aiohttp.ClientSession:
        if kept not in self._sessions:
            connector = aiohttp.TCPConnector(
                limit=0,
                limit_per_host=_CONNECTIONS_PER_HOST,
                ttl_dns_cache=_NAMES_KEPT_S,
                socket_factory=self._socket,
                force_close=not kept,
            )
            self._sessions[kept] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"user-agent": "Khadamaty-Webhooks"},
                max_field_size=_ANSWER_BYTES,
                timeout=self._timeout,
            )
        return self._sessions[kept]

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        """A socket for an address that a name has led to.

        Raises:
            AddressRefused: It isn't one of the public internet.
        """
        family, kind, protocol, _name, place = address
        if not self._loopback_allowed and not is_public(str(place[0])):
            raise AddressRefused("not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)


def _kind(answer: PartnerAnswer) -> str:
    """What an answer came to, in few words: partners choose among hundreds of statuses."""
    if answer.is_taken or answer.status is None:
        return answer.outcome
    return f"http-{answer.status // 100}xx"


def _ms_since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)


def _fault(error: BaseException) -> str:
    """Why there was no answer, in one word that partners may be shown."""
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return "timeout"
    if isinstance(error, (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError)):
        return "tls"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unresolved"
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, AddressRefused)
        return "address-refused" if refused else "unreachable"
    return "broken-off"
