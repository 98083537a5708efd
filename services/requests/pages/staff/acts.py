"""The acts that ask nothing but whether they are meant: deposit, check, completion, admission, approval."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Response

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.forms import Form
from services.requests.domain.request import Request
from services.requests.handlers import centre_work, deciding
from services.requests.handlers.staff import AGENTS, find_medical_file
from services.requests.pages.screen import Screen, ScreenNeeded
from services.requests.pages.staff.opening import act_router, done, open_act
from services.requests.ports import Deps

router = act_router()

Agent = Annotated[Caller, Depends(Allow(*AGENTS))]
Head = Annotated[Caller, Depends(Allow(Role.COAPH_HEAD))]
Chair = Annotated[Caller, Depends(Allow(Role.COMMITTEE_CHAIR))]

Handler = Callable[[Deps, Caller, str], Awaitable[Request]]


@router.get("/staff/requests/{request_id}/deposit")
async def ask_deposit(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Ask whether the paper file is there."""
    return await _ask(screen, caller, request_id, "deposit")


@router.post("/staff/requests/{request_id}/deposit")
async def deposit(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Register the deposit."""
    return await _do(screen, caller, request_id, "deposit", centre_work.register_deposit)


@router.get("/staff/requests/{request_id}/checked")
async def ask_checked(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Ask whether data and scans agree with the paper."""
    return await _ask(screen, caller, request_id, "checked")


@router.post("/staff/requests/{request_id}/checked")
async def checked(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Send the file to the check."""
    return await _do(screen, caller, request_id, "checked", centre_work.finish_entry)


@router.get("/staff/requests/{request_id}/completed")
async def ask_completed(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Ask whether the missing pieces are there."""
    return await _ask(screen, caller, request_id, "completed")


@router.post("/staff/requests/{request_id}/completed")
async def completed(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Register that they came."""
    return await _do(screen, caller, request_id, "completed", centre_work.receive_completion)


@router.get("/staff/requests/{request_id}/admit")
async def ask_admit(screen: ScreenNeeded, caller: Head, request_id: str) -> Response:
    """Ask whether the file shall go before the committee."""
    return await _ask(screen, caller, request_id, "admit")


@router.post("/staff/requests/{request_id}/admit")
async def admit(screen: ScreenNeeded, caller: Head, request_id: str) -> Response:
    """Declare the file admissible."""
    return await _do(screen, caller, request_id, "admit", deciding.admit_request)


@router.get("/staff/requests/{request_id}/approve")
async def ask_approve(screen: ScreenNeeded, caller: Chair, request_id: str) -> Response:
    """Ask whether the doctor's opinion is the committee's."""
    return await _ask(screen, caller, request_id, "approve")


@router.post("/staff/requests/{request_id}/approve")
async def approve(screen: ScreenNeeded, caller: Chair, request_id: str) -> Response:
    """Confirm the opinion."""
    return await _do(screen, caller, request_id, "approve", deciding.approve_request)


async def _ask(screen: Screen, caller: Caller, request_id: str, act: str) -> Response:
    request = await open_act(screen, caller, request_id, act)
    held = await find_medical_file(screen.deps, request)
    file = held.value if held else None
    return screen.show(caller, "staff/act.html", form=Form(), act=act, request=request, file=file)


async def _do(screen: Screen, caller: Caller, request_id: str, act: str, handle: Handler) -> Response:
    await handle(screen.deps, caller, request_id)
    return done(request_id, act)
