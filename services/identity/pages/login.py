"""Logging in with number, birth date and code, and asking for a forgotten code."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from libs.chassis.web.access import AnyCaller
from libs.chassis.web.caller import Caller
from libs.chassis.web.client import network_of
from libs.chassis.web.redirects import find_local_address
from libs.ui.forms import Form
from services.identity.errors import LoginRefused
from services.identity.handlers.account import Forgotten, send_forgotten_code
from services.identity.handlers.login import Login, log_in
from services.identity.handlers.sessions import Entrance
from services.identity.pages.identifying import kinds_of_number, read_who, shows_act
from services.identity.pages.showing import (
    CHOOSE_CODE,
    SPACE,
    DepsOf,
    enter,
    next_address,
    session_id_of,
    show,
    word,
)

router = APIRouter()


@router.get("/login")
async def login_form(
    request: Request, caller: AnyCaller, wanted: Annotated[str, Query(alias="next")] = ""
) -> HTMLResponse:
    """Show the form."""
    return _form(request, caller, Form({"next": wanted}))


@router.post("/login")
async def enter_space(request: Request, deps: DepsOf, caller: AnyCaller) -> Response:
    """Open a session; whoever came with a mailed code goes on to choose one."""
    form = Form.posted((await request.form()).multi_items())
    who = read_who(form, deps)
    code = form.secret("code", missing="login.code.missing")
    if who is None or not form.valid:
        return _form(request, caller, form, 422)
    login = Login(*who, code, network_of(request), await session_id_of(request))
    try:
        entrance = await log_in(deps, login)
    except LoginRefused:
        form.fail("credentials", "login.refused")
        return _form(request, caller, form, 422)
    return enter(entrance, _after(entrance, form.value("next")))


@router.get("/login/forgotten")
async def forgotten_form(request: Request, caller: AnyCaller) -> HTMLResponse:
    """Show the form that asks for a new code."""
    return _forgotten(request, caller, Form())


@router.post("/login/forgotten")
async def ask_for_code(request: Request, deps: DepsOf, caller: AnyCaller) -> Response:
    """Mail a new code where number and birth date fit; the answer never tells whether they do."""
    form = Form.posted((await request.form()).multi_items())
    who = read_who(form, deps)
    if who is None or not form.valid:
        return _forgotten(request, caller, form, 422)
    await send_forgotten_code(deps, Forgotten(*who, network_of(request)))
    return RedirectResponse("/login/forgotten/done", status_code=303)


@router.get("/login/forgotten/done")
async def forgotten_done(request: Request, caller: AnyCaller) -> HTMLResponse:
    """Tell that a code is on its way, if there is an account."""
    texts = [word(request, "forgotten.done.mail"), word(request, "forgotten.done.wait")]
    title = word(request, "forgotten.done.title")
    return show(request, caller, "confirm.html", title=title, reference=None, texts=texts, href="/login")


def _after(entrance: Entrance, wanted: str) -> str:
    if not entrance.must_choose:
        return next_address(wanted, SPACE)
    local = find_local_address(wanted)
    return f"{CHOOSE_CODE}?{urlencode({'next': local})}" if local else CHOOSE_CODE


def _form(request: Request, caller: Caller, form: Form, status: int = 200) -> HTMLResponse:
    return show(request, caller, "login.html", status, **_shown(request, form))


def _forgotten(request: Request, caller: Caller, form: Form, status: int = 200) -> HTMLResponse:
    return show(request, caller, "forgotten.html", status, **_shown(request, form))


def _shown(request: Request, form: Form) -> dict[str, object]:
    return {"form": form, "kinds": kinds_of_number(request), "with_act": shows_act(form)}
