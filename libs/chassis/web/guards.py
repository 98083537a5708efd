"""Requests that are refused before any route sees them: from other sites, or while outboxes swell."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.chassis import metrics
from libs.chassis.errors import Overloaded, ServiceError
from libs.chassis.web.access import SAFE_METHODS
from libs.chassis.web.errors import CrossSite, TooLarge
from libs.chassis.web.problem import Renderer

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class SelfProvedPaths:
    """The paths that no cookie opens by any method: callers prove themselves otherwise, or needn't.

    Attributes:
        proved: The forms of such routes' paths.
        heeding: Those of all other routes; what has one of these too isn't such a path.
    """

    proved: Collection[re.Pattern[str]] = ()
    heeding: Collection[re.Pattern[str]] = ()

    def __contains__(self, path: str) -> bool:
        """Whether cookies count for nothing there."""
        return _has_form(path, self.proved) and not _has_form(path, self.heeding)


class OriginMiddleware:
    """Refuses requests that change something and come from elsewhere.

    `Sec-Fetch-Site` decides where a browser sends it; else `Origin` must be ours. A request with neither
    comes from no browser that we support and is refused, unless it is a JSON call with `Authorization`, which
    no other site can add, or its route heeds no cookie: it asks for a proof in the body, or reads in public.

    Args:
        app: What it wraps.
        renderer: Tells the refusal.
        public_origin: Ours.
        loopback_aliases: Whether localhost, 127.0.0.1 and [::1] count as the same host, as in development.
        self_proved: Where no cookie opens anything.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        renderer: Renderer,
        public_origin: str,
        loopback_aliases: bool,
        self_proved: SelfProvedPaths,
    ) -> None:
        self._app = app
        self._renderer = renderer
        self._origin = _parts(public_origin)
        self._aliases = loopback_aliases
        self._self_proved = self_proved

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._is_ours(request):
            await self._app(scope, receive, send)
        else:
            await _refuse(self._renderer, CrossSite(), request, scope, receive, send)

    def _is_ours(self, request: Request) -> bool:
        path = request.url.path
        if path in self._self_proved or (path.startswith("/api/") and "authorization" in request.headers):
            return True
        site = request.headers.get("sec-fetch-site")
        if site is not None and site != "none":
            return site == "same-origin"
        return self._matches(request.headers.get("origin"))

    def _matches(self, origin: str | None) -> bool:
        if origin is None:
            return False
        scheme, host, port = _parts(origin)
        our_scheme, our_host, our_port = self._origin
        same_host = host == our_host or (self._aliases and {host, our_host} <= _LOOPBACK)
        return same_host and (scheme, port) == (our_scheme, our_port)


class SheddingMiddleware:
    """Answers 503 to whatever changes something while the gate is closed, so that accepted work gets done.

    Args:
        app: What it wraps.
        renderer: Tells the refusal.
        gate: True while writes are accepted.
    """

    def __init__(self, app: ASGIApp, *, renderer: Renderer, gate: Callable[[], bool]) -> None:
        self._app = app
        self._renderer = renderer
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self._gate():
            await self._app(scope, receive, send)
            return
        metrics.HTTP_SHED.inc()
        await _refuse(self._renderer, Overloaded(), Request(scope), scope, receive, send)


class TooLargeMiddleware:
    """Tells a body over the cap in our own words: the framework answers in plain text, around all handlers.

    Args:
        app: What it wraps.
        renderer: Tells the refusal.
    """

    def __init__(self, app: ASGIApp, *, renderer: Renderer) -> None:
        self._app = app
        self._renderer = renderer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        replaced = False

        async def send_in_our_words(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                replaced = True
                await _refuse(self._renderer, TooLarge(), Request(scope), scope, receive, send)
            elif not replaced:
                await send(message)

        await self._app(scope, receive, send_in_our_words)


def _has_form(path: str, forms: Collection[re.Pattern[str]]) -> bool:
    return any(form.match(path) for form in forms)


def _is_plain_refusal(message: Message) -> bool:
    content_type = Headers(raw=message["headers"]).get("content-type", "")
    return message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and content_type.startswith("text/plain")


async def _refuse(
    renderer: Renderer, error: ServiceError, request: Request, scope: Scope, receive: Receive, send: Send
) -> None:
    await renderer.respond(request, error)(scope, receive, send)


def _parts(origin: str) -> tuple[str, str, int | None]:
    try:
        split = urlsplit(origin)
        return split.scheme, split.hostname or "", split.port or {"http": 80, "https": 443}.get(split.scheme)
    except ValueError:
        return "", "", None
