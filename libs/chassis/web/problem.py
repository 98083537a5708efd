"""How a failure is told: RFC 9457 problem+json to programs, a page to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from libs.chassis.correlation import correlation_id
from libs.chassis.errors import NotFound, Permanent, ServiceError
from libs.chassis.web.errors import BadRequest, MethodNotAllowed, TooLarge
from libs.chassis.web.language import language_of
from libs.chassis.web.preferences import preferences

PROBLEM_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 5

_BY_STATUS: Final[Mapping[int, type[ServiceError]]] = {
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLarge,
}
_RETRIED_LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class Translate(Protocol):
    """Gives the words of a catalogue's key; `libs.ui.pages.Pages.word` is one."""

    def __call__(self, lang: str, key: str, /, **details: object) -> str:
        """The words in that language."""
        ...


@dataclass(frozen=True)
class ErrorPage:
    """What a page about a failure may show.

    Attributes:
        lang: The language of the request.
        path: Its path, for the language switch.
        query: Its raw query.
        status: The HTTP status.
        slug: `error.<slug>` is the catalogue's key.
        details: What the message's placeholders take.
        request_id: What the visitor can quote to support.
    """

    lang: str
    path: str
    query: str
    status: int
    slug: str
    details: Mapping[str, object]
    request_id: str


PageRenderer = Callable[[ErrorPage], str]
"""Renders the HTML of an error page."""


class Renderer:
    """Turns failures into responses, in the form that the client asked for.

    Args:
        origin: The public origin; problem types are `{origin}/problems/{slug}` and never change.
        translate: Gives the detail its words.
        on_error: Renders pages; None where a service has no pages.
    """

    def __init__(self, origin: str, translate: Translate, on_error: PageRenderer | None) -> None:
        self._origin = origin
        self._translate = translate
        self._on_error = on_error

    def respond(
        self, request: Request, error: ServiceError, *, headers: Mapping[str, str] | None = None
    ) -> Response:
        """The response that tells `error`.

        Args:
            request: Whose path and `Accept` decide between problem+json and a page.
            error: What happened.
            headers: More of them, such as `Allow`.
        """
        if self._on_error is None or wants_json(request):
            response = self._problem(request, error, {})
        else:
            page = ErrorPage(
                lang=language_of(request),
                path=request.url.path,
                query=request.url.query,
                status=error.status,
                slug=error.slug,
                details=error.details,
                request_id=correlation_id(),
            )
            response = HTMLResponse(self._on_error(page), error.status)
        response.headers.update({**_told_by_status(error), **error.headers, **(headers or {})})
        response.headers["content-language"] = language_of(request)
        return response

    def respond_http(self, request: Request, error: HTTPException) -> Response:
        """The response to a failure that the framework raised."""
        fallback = BadRequest if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else ServiceError
        return self.respond(request, _BY_STATUS.get(error.status_code, fallback)(), headers=error.headers)

    def respond_invalid(self, request: Request, error: RequestValidationError) -> Response:
        """The response to input that doesn't fit: fields are pointed at, values never repeated."""
        if not wants_json(request):
            return self.respond(request, Permanent())
        pointers = [{"pointer": _pointer(item["loc"]), "code": item["type"]} for item in error.errors()]
        return self._problem(request, Permanent(), {"errors": pointers})

    def _problem(self, request: Request, error: ServiceError, more: Mapping[str, object]) -> Response:
        body = {
            "type": f"{self._origin}/problems/{error.slug}",
            "title": HTTPStatus(error.status).phrase,
            "status": error.status,
            "detail": self._translate(language_of(request), f"error.{error.slug}", **error.details),
            "request_id": correlation_id(),
            **more,
        }
        return Response(orjson.dumps(body), error.status, media_type=PROBLEM_TYPE)


def wants_json(request: Request) -> bool:
    """True for paths under /api/ and for clients that like JSON better than HTML."""
    if request.url.path.startswith("/api/"):
        return True
    accept = request.headers.get("accept", "")
    return _liking(accept, "json") > _liking(accept, "html")


def _liking(accept: str, kind: str) -> float:
    return max((quality for media, quality in preferences(accept) if media.endswith(kind)), default=0.0)


def _told_by_status(error: ServiceError) -> dict[str, str]:
    if error.status in _RETRIED_LATER:
        return {"retry-after": str(error.details.get("retry_after_s", RETRY_AFTER_S))}
    if error.status == HTTPStatus.UNAUTHORIZED:
        return {"www-authenticate": "Bearer"}
    return {}


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON Pointer (RFC 6901) to the field, where it was sent (body, query, path) first."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
