"""Asking for everything that is missing, once."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Response

from libs.chassis.clock import civil_date
from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.ui.elements import Option
from libs.ui.forms import Form
from services.requests.domain.request import Piece, Request
from services.requests.handlers import centre_work
from services.requests.handlers.staff import AGENTS
from services.requests.pages.screen import Screen, ScreenNeeded
from services.requests.pages.staff.opening import act_router, done, kept_form, open_act

router = act_router()

Agent = Annotated[Caller, Depends(Allow(*AGENTS))]

_LONGEST_NOTE: Final = 1000


@router.get("/staff/requests/{request_id}/completion")
async def ask_completion(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Show the pieces that may be missing."""
    request = await open_act(screen, caller, request_id, "completion")
    return _show(screen, caller, request, await kept_form(screen, Form()), HTTPStatus.OK)


@router.post("/staff/requests/{request_id}/completion")
async def request_completion(screen: ScreenNeeded, caller: Agent, request_id: str) -> Response:
    """Ask the applicant for them."""
    request = await open_act(screen, caller, request_id, "completion")
    form = await screen.posted()
    values = [piece.value for piece in Piece]
    pieces = [Piece(value) for value in form.choices("pieces", values, missing="staff.completion.missing")]
    note = form.paragraphs("note", longest=_LONGEST_NOTE)
    if not form.valid:
        return _show(screen, caller, request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    await centre_work.request_completion(screen.deps, caller, request_id, pieces, note)
    return done(request_id, "completion")


def _show(screen: Screen, caller: Caller, request: Request, form: Form, status: int) -> Response:
    last_day = civil_date(screen.deps.clock.now()) + timedelta(days=screen.deps.terms.completion_days)
    options = [Option(piece.value, screen.word(f"piece.{piece.value}")) for piece in Piece]
    return screen.show(
        caller,
        "staff/completion.html",
        status,
        form=form,
        request=request,
        pieces=options,
        last_day=last_day,
    )
