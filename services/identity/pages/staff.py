"""The staff's door: logging in, and confirming who one is before something is signed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from libs.chassis.web.access import Allow, AnyCaller
from libs.chassis.web.caller import Caller
from libs.chassis.web.client import network_of
from libs.contracts.people import STAFF_ROLES
from libs.ui.forms import Form
from services.identity.errors import StaffLoginRefused
from services.identity.handlers.staff import StaffLogin, confirm_staff, log_in_staff
from services.identity.pages.showing import (
    STAFF_HOME,
    DepsOf,
    enter,
    next_address,
    session_id_of,
    show,
)

router = APIRouter()

Staff = Annotated[Caller, Depends(Allow(*sorted(STAFF_ROLES)))]
Wanted = Annotated[str, Query(alias="next")]


@router.get("/staff/login")
async def staff_form(request: Request, caller: AnyCaller, wanted: Wanted = "") -> HTMLResponse:
    """Show the form."""
    return show(request, caller, "staff_login.html", form=Form({"next": wanted}))


@router.post("/staff/login")
async def enter_work(request: Request, deps: DepsOf, caller: AnyCaller) -> Response:
    """Open a session for a member of the staff."""
    form = Form.posted((await request.form()).multi_items())
    login = form.text("login", missing="staff.login.missing")
    password = form.secret("password", missing="staff.password.missing")
    if form.valid:
        attempt = StaffLogin(login, password, network_of(request), await session_id_of(request))
        try:
            entrance = await log_in_staff(deps, attempt)
        except StaffLoginRefused:
            form.fail("credentials", "staff.refused")
        else:
            return enter(entrance, next_address(form.value("next"), STAFF_HOME))
    return show(request, caller, "staff_login.html", 422, form=form)


@router.get("/staff/confirm")
async def confirm_form(request: Request, caller: Staff, wanted: Wanted = "") -> HTMLResponse:
    """Show the form that asks for the password again."""
    return show(request, caller, "staff_confirm.html", form=Form({"next": wanted}))


@router.post("/staff/confirm")
async def confirm(request: Request, deps: DepsOf, caller: Staff) -> Response:
    """Take the password as a fresh proof and lead back to what needs it."""
    form = Form.posted((await request.form()).multi_items())
    password = form.secret("password", missing="staff.password.missing")
    if form.valid:
        try:
            entrance = await confirm_staff(deps, caller.session_id, password, network_of(request))
        except StaffLoginRefused:
            form.fail("password", "staff.password.wrong")
        else:
            return enter(entrance, next_address(form.value("next"), STAFF_HOME))
    return show(request, caller, "staff_confirm.html", 422, form=form)
