"""Renewing a session whose token's time is over, and ending one."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from libs.chassis.web.access import AnyCaller
from libs.chassis.web.caller import Caller
from libs.chassis.web.parts import parts_of
from libs.chassis.web.redirects import with_next
from libs.chassis.web.sessions import clear_cookie
from services.identity.errors import SessionOver
from services.identity.handlers.sessions import end_session, renew
from services.identity.pages.showing import SPACE, DepsOf, enter, next_address, session_id_of
from services.identity.ports import Deps

router = APIRouter()


@router.get("/session")
async def renew_session(
    request: Request,
    deps: DepsOf,
    _caller: AnyCaller,
    wanted: Annotated[str, Query(alias="next")] = "",
    fresh: Annotated[int | None, Query(ge=0, le=1440)] = None,
) -> RedirectResponse:
    """Renew the session and lead back; where it is over or too old a proof, ask for the secret."""
    address = next_address(wanted, SPACE)
    login = parts_of(request).login
    owner = await parts_of(request).sessions.find_owner(request)
    if owner is None:
        return RedirectResponse(login.sign_in(address), status_code=303)
    if fresh is not None and not _is_fresh(deps, owner, fresh):
        page = "/staff/confirm" if owner.kind == "staff" else login.person
        return RedirectResponse(with_next(page, address), status_code=303)
    try:
        return enter(await renew(deps, owner.session_id), address)
    except SessionOver:
        response = RedirectResponse(login.sign_in(address), status_code=303)
        clear_cookie(response)
        return response


@router.post("/logout")
async def log_out(request: Request, deps: DepsOf, _caller: AnyCaller) -> RedirectResponse:
    """End the session and tell every service."""
    session_id = await session_id_of(request)
    if session_id:
        await end_session(deps, session_id)
    response = RedirectResponse("/", status_code=303)
    clear_cookie(response)
    return response


def _is_fresh(deps: Deps, owner: Caller, minutes: int) -> bool:
    oldest = deps.clock.now() - timedelta(minutes=minutes)
    return owner.authenticated_at is not None and owner.authenticated_at >= oldest
