"""The language of a request: `?lang=`, else the cookie, else what the browser prefers, else the default."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.chassis.web.preferences import preferences

LANGUAGES: Final = ("ar", "fr")
DEFAULT_LANGUAGE: Final = "ar"
COOKIE: Final = "lang"
_KEPT_FOR_S: Final = 365 * 24 * 3600


class LanguageMiddleware:
    """Notes the language in `scope["state"]["lang"]`; one asked for by `?lang=` is kept in a cookie.

    Args:
        app: What it wraps.
        secure: Whether the cookie is only for https.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = _asked_for(scope)
        connection = HTTPConnection(scope)
        scope.setdefault("state", {})["lang"] = asked or _preferred(connection)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Cookie")
                headers.add_vary_header("Accept-Language")
                if asked is not None:
                    headers.append("set-cookie", self._cookie(asked))
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _cookie(self, lang: str) -> str:
        secure = "; Secure" if self._secure else ""
        return f"{COOKIE}={lang}; Path=/; Max-Age={_KEPT_FOR_S}; HttpOnly; SameSite=Lax{secure}"


def language_of(request: Request) -> str:
    """The language in which the request is answered, one of `LANGUAGES`."""
    lang: str = getattr(request.state, "lang", DEFAULT_LANGUAGE)
    return lang


Lang = Annotated[str, Depends(language_of)]
"""A route's parameter that receives the language of the request."""


def _asked_for(scope: Scope) -> str | None:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    lang = query.get("lang", [""])[-1]
    return lang if lang in LANGUAGES else None


def _preferred(connection: HTTPConnection) -> str:
    kept = connection.cookies.get(COOKIE)
    if kept in LANGUAGES:
        return kept
    return accepted_language(connection.headers.get("accept-language", "")) or DEFAULT_LANGUAGE


def accepted_language(header: str) -> str | None:
    """The best of our languages by an `Accept-Language` header (RFC 9110 section 12.5.4), or None."""
    offered = [(quality, tag.split("-")[0]) for tag, quality in preferences(header) if quality > 0]
    known = [(quality, lang) for quality, lang in offered if lang in LANGUAGES]
    return max(known, key=lambda entry: entry[0])[1] if known else None
