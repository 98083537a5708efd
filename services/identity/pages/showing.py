"""What every page of identity takes from the request and how it answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from libs.chassis.web.caller import Caller
from libs.chassis.web.language import language_of
from libs.chassis.web.parts import parts_of
from libs.chassis.web.redirects import find_local_address
from libs.chassis.web.sessions import set_cookie
from libs.contracts.identity import Language
from libs.ui.pages import PageContext, Pages
from services.identity.handlers.sessions import Entrance
from services.identity.ports import Deps

SPACE = "/space"
STAFF_HOME = "/staff"
CHOOSE_CODE = "/account/code"


def deps_of(request: Request) -> Deps:
    """What the use cases receive."""
    return cast("Deps", request.app.state.deps)


DepsOf = Annotated[Deps, Depends(deps_of)]
"""A route's parameter that receives what the use cases need."""


def pages_of(request: Request) -> Pages:
    """The templates and words of this service."""
    return cast("Pages", request.app.state.pages)


def language_to_keep(lang: str) -> Language:
    """The request's language as accounts keep it."""
    return cast("Language", lang)


def show(
    request: Request, caller: Caller, template: str, status: int = 200, /, **values: object
) -> HTMLResponse:
    """Answer with a page."""
    page = PageContext.of(request, caller)
    if caller.signed_in and not caller.roles:
        # A code has to be chosen first: no other page is open yet.
        page = replace(page, nav=())
    return HTMLResponse(pages_of(request).render(page, template, **values), status)


def word(request: Request, key: str, /, **values: object) -> str:
    """Words in the request's language."""
    return pages_of(request).word(language_of(request), key, **values)


def enter(entrance: Entrance, address: str) -> RedirectResponse:
    """Hand the session's token to the browser and lead on."""
    response = RedirectResponse(address, status_code=303)
    set_cookie(response, entrance.token)
    return response


def next_address(typed: str | None, otherwise: str) -> str:
    """Where the visitor wanted to go, if that is an address of this platform."""
    return find_local_address(typed) or otherwise


async def session_id_of(request: Request) -> str:
    """The id of the browser's session though its token's time may be over; empty without one."""
    owner = await parts_of(request).sessions.find_owner(request)
    return owner.session_id if owner is not None else ""
