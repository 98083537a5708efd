"""One FastAPI application per service, with everything around its routes that all services share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp

from libs.chassis.errors import ServiceError
from libs.chassis.settings import ServiceSettings
from libs.chassis.web.access import Public, declared_access, heeds_cookies
from libs.chassis.web.caller import Caller
from libs.chassis.web.guards import (
    OriginMiddleware,
    SelfProvedPaths,
    SheddingMiddleware,
    TooLargeMiddleware,
)
from libs.chassis.web.health_routes import health_router
from libs.chassis.web.kept import COOKIE as KEPT_COOKIE
from libs.chassis.web.kept import KEPT_FOR_S
from libs.chassis.web.language import LanguageMiddleware
from libs.chassis.web.middleware import CorrelationMiddleware, SecurityHeadersMiddleware, route_template
from libs.chassis.web.parts import WebParts
from libs.chassis.web.problem import Renderer
from libs.chassis.web.redirects import SeeOther

_log = structlog.get_logger(__name__)


class UndeclaredAccess(Exception):
    """A route doesn't say who may call it: the service refuses to start."""


class ServiceApp(FastAPI):
    """FastAPI with layers outside its own outermost one.

    From the outside in: correlation id, log line and counts; security headers; our words for bodies over the
    cap; the net for what nobody caught; the cap itself; language; origin; shedding; the routes. What stands
    outside the net is there for the answer to an unforeseen failure too.

    Args:
        renderer: Tells what FastAPI's outermost layers refuse.
        https: Whether browsers come by https.
        options: FastAPI's own.
    """

    def __init__(self, renderer: Renderer, *, https: bool, **options: Any) -> None:
        super().__init__(**options)
        self._renderer = renderer
        self._https = https

    def build_middleware_stack(self) -> ASGIApp:
        """Put correlation, headers and our words for bodies over the cap around what FastAPI builds."""
        inner = TooLargeMiddleware(super().build_middleware_stack(), renderer=self._renderer)
        return CorrelationMiddleware(SecurityHeadersMiddleware(inner, https=self._https))


def create_app(
    service: str, settings: ServiceSettings, routers: Sequence[APIRouter], parts: WebParts
) -> ServiceApp:
    """Build a service's web application.

    Args:
        service: Its name; its OpenAPI document is at `/api/<service>/v1/openapi.json`.
        settings: Its settings, for the public origin and the environment.
        routers: Its `api.router` and `pages.router`.
        parts: What the shared layer needs of it.

    Raises:
        UndeclaredAccess: A route declares no access.
    """
    renderer = Renderer(settings.public_origin, parts.translate, parts.on_error)
    app = ServiceApp(
        renderer,
        https=settings.secure_transport,
        title=service,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        max_body_size=parts.max_body_bytes,
    )
    app.state.web = parts
    _add_middleware(app, settings, renderer, parts, _self_proved(routers))
    _add_handlers(app, renderer, parts)
    for router in (*routers, health_router(parts.health), _description(app, service)):
        app.include_router(router)
    _refuse_undeclared(app)
    return app


def _add_middleware(
    app: ServiceApp,
    settings: ServiceSettings,
    renderer: Renderer,
    parts: WebParts,
    self_proved: SelfProvedPaths,
) -> None:
    # What is added last is met first.
    app.add_middleware(SheddingMiddleware, renderer=renderer, gate=parts.gate)
    app.add_middleware(
        OriginMiddleware,
        renderer=renderer,
        public_origin=settings.public_origin,
        loopback_aliases=settings.environment != "production",
        self_proved=self_proved,
    )
    app.add_middleware(LanguageMiddleware, secure=settings.secure_transport)


def _add_handlers(app: ServiceApp, renderer: Renderer, parts: WebParts) -> None:
    handle = app.add_exception_handler
    handle(ServiceError, _told_by(renderer.respond))
    handle(HTTPException, _told_by(renderer.respond_http))
    handle(RequestValidationError, _told_by(renderer.respond_invalid))
    handle(SeeOther, _told_by(_redirect))
    handle(Exception, _told_by(lambda request, error: _tell_unforeseen(renderer, request, error)))
    for failure, error in parts.failures.items():
        handle(failure, _told_by(lambda request, _error, kind=error: renderer.respond(request, kind())))


def _told_by(tell: Callable[..., Response]) -> Callable[[Request, Exception], Response]:
    """Give a handler the shape that the framework asks for: it passes only errors of the registered class."""
    return tell


def _tell_unforeseen(renderer: Renderer, request: Request, error: Exception) -> Response:
    _log.error("http.failed", route=route_template(request.scope), exc_info=error)
    return renderer.respond(request, ServiceError())


def _redirect(_request: Request, see: SeeOther) -> Response:
    response = RedirectResponse(see.address, status_code=303)
    if see.browser_secret is not None:
        response.set_cookie(
            KEPT_COOKIE, see.browser_secret, max_age=KEPT_FOR_S, secure=True, httponly=True, samesite="lax"
        )
    return response


def _description(app: ServiceApp, service: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(f"/api/{service}/v1/openapi.json")
    async def openapi(_caller: Annotated[Caller, Depends(Public())]) -> Response:
        return JSONResponse(app.openapi())

    return router


def _self_proved(routers: Sequence[APIRouter]) -> SelfProvedPaths:
    heeding: dict[bool, set[re.Pattern[str]]] = {True: set(), False: set()}
    for router in routers:
        for route in iter_route_contexts(router.routes):
            form, _, _ = compile_path(str(route.path))
            heeding[heeds_cookies(route)].add(form)
    return SelfProvedPaths(heeding[False], heeding[True])


def _refuse_undeclared(app: ServiceApp) -> None:
    undeclared = [
        f"{route.path}" for route in iter_route_contexts(app.routes) if declared_access(route) is None
    ]
    if undeclared:
        raise UndeclaredAccess(f"no access declared: {', '.join(undeclared)}")
