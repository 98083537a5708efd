"""What a service hands to the web layer, in one frozen object that every request can reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fastapi import Request

from libs.chassis.clock import Clock
from libs.chassis.errors import ServiceError
from libs.chassis.web.health import Health
from libs.chassis.web.kept import KeptAnswers
from libs.chassis.web.problem import PageRenderer, Translate
from libs.chassis.web.redirects import LoginPaths
from libs.chassis.web.sessions import Sessions

DEFAULT_BODY_BYTES = 256 * 1024


def always_open() -> bool:
    """A gate that never closes: for a service that publishes nothing."""
    return True


@dataclass(frozen=True)
class WebParts:
    """The parts that `create_app` wires.

    Attributes:
        sessions: Tells who is calling.
        health: What readiness depends on.
        clock: Tells whether an authentication is recent enough.
        translate: Words of problem details; `Pages.word` of libs/ui.
        on_error: Renders error pages; None for a service without pages.
        gate: False while writes are shed; the relay closes it when the outbox is too old.
        kept: Where answers wait for a login; None for a service without forms behind a login.
        failures: A driver's exceptions and the error by which each is told.
        login: The pages on which visitors prove who they are.
        max_body_bytes: For routes that don't set `max_body_size` themselves.
    """

    sessions: Sessions
    health: Health
    clock: Clock
    translate: Translate
    on_error: PageRenderer | None = None
    gate: Callable[[], bool] = always_open
    kept: KeptAnswers | None = None
    failures: Mapping[type[Exception], type[ServiceError]] = field(default_factory=dict)
    login: LoginPaths = field(default_factory=LoginPaths)
    max_body_bytes: int = DEFAULT_BODY_BYTES


def parts_of(request: Request) -> WebParts:
    """The parts of the app that serves the request."""
    parts: WebParts = request.app.state.web
    return parts
