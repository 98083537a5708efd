"""The staff's steps, each with its own page: what is asked, who may do it, where it leads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from libs.chassis.web.access import Allow, Fresh
from libs.chassis.web.caller import Caller
from libs.chassis.web.kept import kept_answers
from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Role
from libs.ui.forms import Form
from services.certificates import handlers
from services.certificates.domain.certificate import PREPARING, Action, Certificate, Stage
from services.certificates.domain.proof import ProofLine
from services.certificates.errors import (
    AlreadyHandedOver,
    AlreadyIssued,
    FourEyes,
    NotInForce,
    OrderUnderway,
    SigningUnderway,
    Unprintable,
    WrongStage,
)
from services.certificates.handlers.preparation import RETURNED_BY
from services.certificates.pages.screen import Screen, ScreenNeeded, see_other

router = APIRouter()

Officer = Annotated[Caller, Depends(Allow(Role.CERTIFICATE_OFFICER))]
Controller = Annotated[Caller, Depends(Allow(Role.CONTROLLER))]
Returner = Annotated[Caller, Depends(Allow(*RETURNED_BY.values()))]
Registrar = Annotated[Caller, Depends(Allow(Role.REGISTRAR))]
Signatory = Annotated[Caller, Depends(Fresh(5, Role.SIGNATORY))]
Desk = Annotated[Caller, Depends(Allow(Role.DELIVERY_DESK))]

SHORTEST_REASON = 10
_REFUSALS = (
    AlreadyHandedOver,
    AlreadyIssued,
    FourEyes,
    NotInForce,
    OrderUnderway,
    SigningUnderway,
    Unprintable,
    WrongStage,
)


@dataclass(frozen=True)
class Step:
    """A step's page.

    Attributes:
        name: Part of its address, of its words' keys and of its fields.
        roles: Who does it, by the stage where the file has to be.
        boxes: What has to be ticked.
        reason: Whether a reason has to be written.
        not_after: Whoever did one of these with the file may not do this.
    """

    name: str
    roles: dict[Stage, Role]
    boxes: tuple[str, ...] = ()
    reason: bool = False
    not_after: tuple[Action, ...] = ()


DRAFT = Step("draft", {Stage.DRAFTING: Role.CERTIFICATE_OFFICER}, ("compared",), not_after=(Action.CHECKED,))
CHECK = Step("check", {Stage.CONTROL: Role.CONTROLLER}, ("compared",), not_after=PREPARING)
REGISTER = Step("register", {Stage.RECORDING: Role.REGISTRAR})
SIGN = Step(
    "sign",
    {Stage.SIGNATURE: Role.SIGNATORY},
    ("approved",),
    not_after=(*PREPARING, Action.CHECKED),
)
RETURN = Step("return", RETURNED_BY, reason=True)
HAND_OVER = Step("handover", {Stage.ISSUED: Role.DELIVERY_DESK}, ("identity_checked", "paper_signed"))
STEPS = {step.name: step for step in (DRAFT, CHECK, REGISTER, SIGN, RETURN, HAND_OVER)}

PROVED = (DRAFT, CHECK, REGISTER, SIGN)
"""The steps that somebody takes on what will be printed."""

Act = Callable[[Form], Awaitable[object]]


def open_steps(certificate: Certificate, caller: Caller) -> list[tuple[Step, bool]]:
    """The steps that wait for one of the caller's roles, each with whether this very caller may take it."""
    newest = certificate.newest
    in_force = newest is not None and newest.status is CertificateStatus.VALID
    over = {HAND_OVER.name} if certificate.handed_over_at is not None or not in_force else set()
    under_way = {RETURN.name} if certificate.plan is not None else set()
    waiting = [
        step
        for step in STEPS.values()
        if step.roles.get(certificate.stage) in caller.roles and step.name not in over | under_way
    ]
    return [(step, caller.id not in certificate.done_by(*step.not_after)) for step in waiting]


async def _show(
    screen: Screen, caller: Caller, step: Step, certificate_id: str, form: Form, status: int
) -> Response:
    certificate = await handlers.get_file(screen.deps, caller, certificate_id)
    return screen.show(
        caller,
        "step.html",
        status,
        form=form,
        step=step,
        file=certificate,
        printed=certificate.get_personal().to_print,
        proved=step in PROVED,
        proof=await find_proof(screen, certificate) if step in PROVED else None,
    )


async def find_proof(screen: Screen, certificate: Certificate) -> Sequence[ProofLine] | None:
    """What would be printed today beside what the file says, or None where the page can't be set."""
    try:
        return await handlers.prove(screen.deps, certificate)
    except Unprintable:
        return None


async def _ask(screen: Screen, caller: Caller, step: Step, certificate_id: str) -> Response:
    """Show a step's page, or the file where the step isn't what comes next."""
    certificate = await handlers.get_file(screen.deps, caller, certificate_id)
    if step not in [open_step for open_step, _may in open_steps(certificate, caller)]:
        return see_other(f"/staff/certificates/{certificate_id}")
    form = Form.posted((await kept_answers(screen.request)).multi_items())
    return await _show(screen, caller, step, certificate_id, form, HTTPStatus.OK)


async def _take(screen: Screen, caller: Caller, step: Step, certificate_id: str, act: Act) -> Response:
    """Take a step, or show its page again with what is wrong."""
    form = await screen.posted()
    for box in step.boxes:
        form.agreed(box, missing=f"step.{step.name}.{box}.missing")
    if step.reason:
        reason = form.paragraphs("reason", missing="step.return.reason.missing")
        if reason and len(reason) < SHORTEST_REASON:
            form.fail("reason", "step.return.reason.short")
    if not form.valid:
        return await _show(screen, caller, step, certificate_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        await act(form)
    except _REFUSALS as refusal:
        form.fail((*step.boxes, "reason", "submit")[0], f"error.{refusal.slug}")
        return await _show(screen, caller, step, certificate_id, form, refusal.status)
    return see_other(f"/staff/certificates/{certificate_id}?done={step.name}")


@router.get("/staff/certificates/{certificate_id}/draft")
async def ask_draft(screen: ScreenNeeded, caller: Officer, certificate_id: str) -> Response:
    """Ask the officer to compare."""
    return await _ask(screen, caller, DRAFT, certificate_id)


@router.post("/staff/certificates/{certificate_id}/draft")
async def draft(screen: ScreenNeeded, caller: Officer, certificate_id: str) -> Response:
    """Send the draft to control."""
    return await _take(
        screen, caller, DRAFT, certificate_id, lambda _: handlers.draft(screen.deps, caller, certificate_id)
    )


@router.get("/staff/certificates/{certificate_id}/check")
async def ask_check(screen: ScreenNeeded, caller: Controller, certificate_id: str) -> Response:
    """Ask the controller to compare."""
    return await _ask(screen, caller, CHECK, certificate_id)


@router.post("/staff/certificates/{certificate_id}/check")
async def check(screen: ScreenNeeded, caller: Controller, certificate_id: str) -> Response:
    """Send it to the registrar."""
    return await _take(
        screen, caller, CHECK, certificate_id, lambda _: handlers.check(screen.deps, caller, certificate_id)
    )


@router.get("/staff/certificates/{certificate_id}/return")
async def ask_return(screen: ScreenNeeded, caller: Returner, certificate_id: str) -> Response:
    """Ask why it goes back."""
    return await _ask(screen, caller, RETURN, certificate_id)


@router.post("/staff/certificates/{certificate_id}/return")
async def give_back(screen: ScreenNeeded, caller: Returner, certificate_id: str) -> Response:
    """Send it back to drafting."""

    async def act(form: Form) -> None:
        await handlers.give_back(screen.deps, caller, certificate_id, form.paragraphs("reason"))

    return await _take(screen, caller, RETURN, certificate_id, act)


@router.get("/staff/certificates/{certificate_id}/register")
async def ask_register(screen: ScreenNeeded, caller: Registrar, certificate_id: str) -> Response:
    """Ask whether it shall have its number."""
    return await _ask(screen, caller, REGISTER, certificate_id)


@router.post("/staff/certificates/{certificate_id}/register")
async def register(screen: ScreenNeeded, caller: Registrar, certificate_id: str) -> Response:
    """Give it its number."""
    return await _take(
        screen,
        caller,
        REGISTER,
        certificate_id,
        lambda _: handlers.register(screen.deps, caller, certificate_id),
    )


@router.get("/staff/certificates/{certificate_id}/sign")
async def ask_sign(screen: ScreenNeeded, caller: Signatory, certificate_id: str) -> Response:
    """Ask the signatory, who has just proved who they are."""
    return await _ask(screen, caller, SIGN, certificate_id)


@router.post("/staff/certificates/{certificate_id}/sign")
async def sign(screen: ScreenNeeded, caller: Signatory, certificate_id: str) -> Response:
    """Seal it."""
    return await _take(
        screen, caller, SIGN, certificate_id, lambda _: handlers.sign(screen.deps, caller, certificate_id)
    )


@router.get("/staff/certificates/{certificate_id}/handover")
async def ask_handover(screen: ScreenNeeded, caller: Desk, certificate_id: str) -> Response:
    """Ask the desk what it has seen."""
    return await _ask(screen, caller, HAND_OVER, certificate_id)


@router.post("/staff/certificates/{certificate_id}/handover")
async def hand_over(screen: ScreenNeeded, caller: Desk, certificate_id: str) -> Response:
    """Note that it was handed over."""
    return await _take(
        screen,
        caller,
        HAND_OVER,
        certificate_id,
        lambda _: handlers.hand_over(screen.deps, caller, certificate_id),
    )
