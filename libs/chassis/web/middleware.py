"""What surrounds every request: its correlation id, its log line, the headers that protect the answer."""

from __future__ import annotations

import re
import time
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.chassis import metrics
from libs.chassis.correlation import correlated
from libs.chassis.ids import new_id

REQUEST_ID: Final = "x-request-id"
UNROUTED: Final = "unrouted"

_log = structlog.get_logger(__name__)
_ID_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TRACEPARENT_SHAPE: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

_CONTENT_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
# Not `no-referrer`: under it browsers send `Origin: null` with a form to its own origin, and the check of the
# origin would have nothing to compare. Other sites get no referrer under either.
_HEADERS: Final = {
    "content-security-policy": _CONTENT_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_TWO_YEARS_S: Final = 63_072_000


class CorrelationMiddleware:
    """Gives a request its id, counts it and writes its `http.request` line.

    An `X-Request-Id` that came is kept if it looks like an id, else one is made; it goes back in the answer.
    A well-formed `traceparent` (W3C Trace Context) is kept beside it, for the outbox.
    The line names the route's template, never the path or the query, which may hold what is personal.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _well_formed(headers.get(REQUEST_ID), _ID_SHAPE) or new_id()
        traceparent = _well_formed(headers.get("traceparent"), _TRACEPARENT_SHAPE) or ""
        started, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with correlated(request_id, traceparent):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                _note(scope, status, time.perf_counter() - started)


class SecurityHeadersMiddleware:
    """Adds the headers that tell browsers what our pages never do.

    Args:
        app: What it wraps.
        https: Whether browsers are told to come by https only (RFC 6797).
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = protecting_headers(https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        personal = any(name in {b"cookie", b"authorization"} for name, _ in scope["headers"])

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if personal or "set-cookie" in headers:
                    headers["cache-control"] = "no-store"
                else:
                    headers.setdefault("cache-control", "no-cache")
            await send(message)

        await self._app(scope, receive, send_protected)


def protecting_headers(*, https: bool) -> dict[str, str]:
    """The headers that tell browsers what our pages never do.

    Args:
        https: Whether browsers are told to come by https only (RFC 6797).
    """
    strict = {"strict-transport-security": f"max-age={_TWO_YEARS_S}; includeSubDomains"} if https else {}
    return {**_HEADERS, **strict}


def well_formed_id(value: str | None) -> str | None:
    """An `X-Request-Id` that came, if it looks like an id."""
    return _well_formed(value, _ID_SHAPE)


def route_template(scope: Scope) -> str:
    """The template of the route that served the request, such as `/requests/{request_id}`."""
    template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) else UNROUTED


def _note(scope: Scope, status: int, took_s: float) -> None:
    template = route_template(scope)
    method = (
        scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other"
    )
    metrics.HTTP_REQUESTS.labels(method, template, str(status)).inc()
    metrics.HTTP_DURATION_S.labels(method, template).observe(took_s)
    _log.info(
        "http.request", method=method, route=template, status=status, duration_ms=round(took_s * 1000, 2)
    )


def _well_formed(value: str | None, shape: re.Pattern[str]) -> str | None:
    return value if value is not None and shape.fullmatch(value) else None
