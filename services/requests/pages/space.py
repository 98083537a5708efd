"""The private space, and one's own request: where it stands, its receipt, withdrawing it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.forms import Form
from services.requests.domain.filing import may_withdraw
from services.requests.errors import TooLateToWithdraw
from services.requests.handlers import citizen
from services.requests.pages.presenting import FORM_KINDS, NO_STEPS, TONES, WORTHS, timeline, told_messages
from services.requests.pages.screen import Screen, ScreenNeeded, see_other

router = APIRouter()

Applicant = Annotated[Caller, Depends(Allow(Role.APPLICANT))]


@router.get("/space")
async def private_space(screen: ScreenNeeded, caller: Applicant) -> Response:
    """Show the four parts: stages, current requests, certificates, forms."""
    requests = await citizen.list_own(screen.deps, caller)
    current = next((request for request in requests if request.open), None) or next(iter(requests), None)
    return screen.show(
        caller,
        "space.html",
        current=current,
        steps=timeline(screen, current) if current else NO_STEPS,
        requests=requests,
        certified=[request for request in requests if request.certificate is not None],
        centres=await screen.centre_names(),
        tones=TONES,
        worths=WORTHS,
        forms=FORM_KINDS,
    )


@router.get("/requests")
async def requests_list(_caller: Applicant) -> Response:
    """Lead to the private space, which lists them."""
    return see_other("/space")


@router.get("/requests/{request_id}")
async def own_request(screen: ScreenNeeded, caller: Applicant, request_id: str) -> Response:
    """Show one's own request."""
    request = (await citizen.get_own(screen.deps, caller, request_id)).value
    return screen.show(
        caller,
        "request.html",
        request=request,
        steps=timeline(screen, request),
        messages=told_messages(request),
        centre=(await screen.centre_names()).get(request.centre, request.centre),
        tone=TONES[request.outcome],
        withdrawable=may_withdraw(request),
    )


@router.get("/requests/{request_id}/receipt")
async def receipt(screen: ScreenNeeded, caller: Applicant, request_id: str) -> Response:
    """Show the receipt of a request that was just filed."""
    request = (await citizen.get_own(screen.deps, caller, request_id)).value
    return screen.show(
        caller,
        "receipt.html",
        title=screen.word("receipt.title"),
        reference=request.reference,
        texts=[screen.word("receipt.text", {"day": request.submitted_at}), screen.word("receipt.mail")],
        href=f"/requests/{request.id}",
    )


@router.get("/requests/{request_id}/withdraw")
async def ask_to_withdraw(screen: ScreenNeeded, caller: Applicant, request_id: str) -> Response:
    """Ask whether the request shall really be withdrawn."""
    request = (await citizen.get_own(screen.deps, caller, request_id)).value
    if not may_withdraw(request):
        return see_other(f"/requests/{request.id}")
    return screen.show(caller, "withdraw.html", form=Form(), request=request)


@router.post("/requests/{request_id}/withdraw")
async def withdraw(screen: ScreenNeeded, caller: Applicant, request_id: str) -> Response:
    """Withdraw the request once its applicant has ticked that it is meant."""
    form = await screen.posted()
    if not form.agreed("sure", missing="withdraw.sure.missing"):
        request = (await citizen.get_own(screen.deps, caller, request_id)).value
        return _unsure(screen, caller, form, request)
    try:
        await citizen.withdraw_request(screen.deps, caller, request_id)
    except TooLateToWithdraw:
        request = (await citizen.get_own(screen.deps, caller, request_id)).value
        form.fail("sure", "error.too-late-to-withdraw")
        return _unsure(screen, caller, form, request)
    return see_other(f"/requests/{request_id}")


def _unsure(screen: Screen, caller: Caller, form: Form, request: object) -> Response:
    return screen.show(caller, "withdraw.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, request=request)
