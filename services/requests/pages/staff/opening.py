"""How the page of an act opens, where it leads, and what shows in its place when something hinders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from libs.chassis.errors import Duplicate, ServiceError, Stale
from libs.chassis.web.caller import Caller
from libs.chassis.web.kept import kept_answers
from libs.ui.forms import Form
from services.requests.domain.request import Request as CitizenRequest
from services.requests.errors import (
    CompletionAlreadyAsked,
    MedicalFileIncomplete,
    OpinionMissing,
    SamePerson,
    WrongStage,
)
from services.requests.handlers.offering import check_offer
from services.requests.handlers.staff import get_file_for
from services.requests.pages.screen import Screen, screen_of, see_other

HINDRANCES: Final = (
    CompletionAlreadyAsked,
    Duplicate,
    MedicalFileIncomplete,
    OpinionMissing,
    SamePerson,
    Stale,
    WrongStage,
)


class ActRoute(APIRoute):
    """A route on one file: where the file stands elsewhere by now, a page says so and leads to it."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """Answer hindrances with their page."""
        handle: Callable[[Request], Any] = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response: Response = await handle(request)
            except HINDRANCES as hindrance:
                return _hindered(request, hindrance)
            return response

        return answer


def act_router() -> APIRouter:
    """A router whose routes answer hindrances with their page."""
    return APIRouter(route_class=ActRoute)


async def open_act(screen: Screen, caller: Caller, request_id: str, act: str) -> CitizenRequest:
    """The file, if the caller may do that to it now.

    Raises:
        NotFound: The caller may not see the file, or the act isn't theirs on it.
        ServiceError: One of the hindrances.
    """
    request = (await get_file_for(screen.deps, caller, request_id)).value
    await check_offer(screen.deps, caller, request, act)
    return request


async def kept_form(screen: Screen, otherwise: Form) -> Form:
    """What the caller had typed before the session ended, else the form as it opens."""
    kept = (await kept_answers(screen.request)).multi_items()
    return Form.posted(kept) if kept else otherwise


def done(request_id: str, act: str) -> Response:
    """Lead back to the file, which tells that the act was done."""
    return see_other(f"/staff/requests/{request_id}?done={act}")


def _hindered(request: Request, hindrance: ServiceError) -> Response:
    return screen_of(request).show(
        request.state.caller,
        "staff/hindered.html",
        hindrance.status,
        slug=hindrance.slug,
        details=hindrance.details,
        href=f"/staff/requests/{request.path_params['request_id']}",
    )
