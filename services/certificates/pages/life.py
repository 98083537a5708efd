"""The staff's acts on issued certificates, each with its page: other statuses, duplicates, answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from libs.chassis.errors import NotFound
from libs.chassis.web.access import Allow, Fresh
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import Forbidden
from libs.chassis.web.kept import kept_answers
from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Role
from libs.ui.forms import Form
from services.certificates import handlers
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.orders import OrderKind, RevocationReason, Seizure
from services.certificates.domain.reissue import may_reissue
from services.certificates.errors import (
    AlreadyRevoked,
    FourEyes,
    NothingAsked,
    NotInForce,
    NotSuspended,
    OrderUnderway,
    ReissueUnderway,
    SigningUnderway,
    WrongStage,
)
from services.certificates.handlers.life import ASKING_ROLES, OrderAsked
from services.certificates.handlers.work import CENTRAL_ROLES
from services.certificates.pages.screen import Screen, ScreenNeeded, see_other

router = APIRouter()

Staff = Annotated[Caller, Depends(Allow(*CENTRAL_ROLES, Role.DELIVERY_DESK))]
Central = Annotated[Caller, Depends(Allow(*CENTRAL_ROLES))]
Signatory = Annotated[Caller, Depends(Fresh(5, Role.SIGNATORY))]

SHORTEST_REASON = 10
_REFUSALS = (
    AlreadyRevoked,
    FourEyes,
    NothingAsked,
    NotInForce,
    NotSuspended,
    OrderUnderway,
    ReissueUnderway,
    SigningUnderway,
    WrongStage,
)
_LONGEST_AUTHORITY = 120


@dataclass(frozen=True)
class LifeAct:
    """An act's page.

    Attributes:
        name: Part of its address, of its words' keys and of its fields.
        roles: Who does it.
        possible: Whether it can be done with a file on a day.
        boxes: What has to be ticked.
        reason: Whether a reason has to be written.
    """

    name: str
    roles: tuple[Role, ...]
    possible: Callable[[Certificate, date], bool]
    boxes: tuple[str, ...] = ()
    reason: bool = False


def _is(*statuses: CertificateStatus) -> Callable[[Certificate, date], bool]:
    """Whether the newest version has one of `statuses` and no other status is being decided on."""

    def possible(file: Certificate, _today: date) -> bool:
        return file.order is None and file.newest is not None and file.newest.status in statuses

    return possible


def _is_asked(file: Certificate, _today: date) -> bool:
    return file.order is not None and file.order.approval is None


def _is_droppable(file: Certificate, _today: date) -> bool:
    return file.reissue is not None and file.stage is Stage.DRAFTING


_OFFICER = (Role.CERTIFICATE_OFFICER,)
_VALID, _SUSPENDED = CertificateStatus.VALID, CertificateStatus.SUSPENDED
CONFIRM = LifeAct("confirm", (Role.SIGNATORY,), _is_asked, ("approved",))
ACTS = {
    act.name: act
    for act in (
        LifeAct("suspend", ASKING_ROLES, _is(_VALID), reason=True),
        LifeAct("resume", ASKING_ROLES, _is(_SUSPENDED), reason=True),
        LifeAct("revoke", ASKING_ROLES, _is(_VALID, _SUSPENDED), reason=True),
        LifeAct("decline", (Role.SIGNATORY,), _is_asked),
        LifeAct("duplicate", (*_OFFICER, Role.DELIVERY_DESK), may_reissue, ("loss_declared",)),
        LifeAct("drop", _OFFICER, _is_droppable, reason=True),
        LifeAct("dismiss", _OFFICER, lambda file, _today: file.mistake_told_at is not None, reason=True),
    )
}
LIFE_ACTS = {**ACTS, CONFIRM.name: CONFIRM}

Act = Callable[[Form], Awaitable[None]]


def open_acts(certificate: Certificate, caller: Caller, today: date) -> list[LifeAct]:
    """The acts that one of the caller's roles may do with this file today."""
    return [
        act
        for act in LIFE_ACTS.values()
        if set(act.roles) & caller.roles and act.possible(certificate, today)
    ]


@router.get("/staff/certificates/asked")
async def asked(screen: ScreenNeeded, caller: Central) -> Response:
    """Show what waits about issued certificates: orders to decide on, mistakes that were told."""
    waiting = await handlers.list_asked(screen.deps, caller)
    return screen.show(caller, "asked.html", asked=waiting)


@router.get("/staff/certificates/{certificate_id}/life/confirm")
async def ask_confirm(screen: ScreenNeeded, caller: Signatory, certificate_id: str) -> Response:
    """Ask the signatory, who has just proved who they are."""
    return await _ask(screen, caller, CONFIRM, certificate_id)


@router.post("/staff/certificates/{certificate_id}/life/confirm")
async def confirm(screen: ScreenNeeded, caller: Signatory, certificate_id: str) -> Response:
    """Carry out what was asked."""

    async def act(_form: Form) -> None:
        await handlers.confirm_order(screen.deps, caller, certificate_id)

    return await _take(screen, caller, CONFIRM, certificate_id, act)


@router.get("/staff/certificates/{certificate_id}/life/{name}")
async def ask(screen: ScreenNeeded, caller: Staff, certificate_id: str, name: str) -> Response:
    """Show an act's page."""
    return await _ask(screen, caller, _act_of(name, caller), certificate_id)


@router.post("/staff/certificates/{certificate_id}/life/{name}")
async def take(screen: ScreenNeeded, caller: Staff, certificate_id: str, name: str) -> Response:
    """Do what the page asks."""
    act = _act_of(name, caller)

    async def carry_out(form: Form) -> None:
        await _carry_out(screen, caller, act, certificate_id, form)

    return await _take(screen, caller, act, certificate_id, carry_out)


def _act_of(name: str, caller: Caller) -> LifeAct:
    if name not in ACTS:
        raise NotFound
    if not set(ACTS[name].roles) & caller.roles:
        raise Forbidden
    return ACTS[name]


async def _carry_out(screen: Screen, caller: Caller, act: LifeAct, certificate_id: str, form: Form) -> None:
    deps, reason = screen.deps, form.paragraphs("reason")
    if act.name in set(OrderKind):
        order = OrderAsked(OrderKind(act.name), reason, _revocation_of(form), _seizure_of(form, screen))
        await handlers.ask_order(deps, caller, certificate_id, order)
    elif act.name == "decline":
        await handlers.decline_order(deps, caller, certificate_id)
    elif act.name == "duplicate":
        await handlers.open_duplicate(deps, caller, certificate_id)
    elif act.name == "drop":
        await handlers.drop_reissue(deps, caller, certificate_id, reason)
    else:
        await handlers.dismiss_mistake(deps, caller, certificate_id, reason)


def _revocation_of(form: Form) -> RevocationReason | None:
    chosen = form.choice("revocation", list(RevocationReason))
    return RevocationReason(chosen) if chosen else None


def _seizure_of(form: Form, screen: Screen) -> Seizure | None:
    seized_on = form.date("seized_on", latest=screen.today)
    return Seizure(seized_on, form.text("seized_by", longest=_LONGEST_AUTHORITY)) if seized_on else None


def _read(form: Form, act: LifeAct, screen: Screen) -> None:
    """Note in the form what is missing or wrong."""
    for box in act.boxes:
        form.agreed(box, missing=f"life.{act.name}.{box}.missing")
    if act.name == OrderKind.REVOKE:
        form.choice("revocation", list(RevocationReason), missing="life.revocation.missing")
        seized_on = form.date("seized_on", latest=screen.today)
        form.text("seized_by", missing="life.seized_by.missing" if seized_on else None)
    if act.reason:
        reason = form.paragraphs("reason", missing="step.return.reason.missing")
        if reason and len(reason) < SHORTEST_REASON:
            form.fail("reason", "step.return.reason.short")


async def _ask(screen: Screen, caller: Caller, act: LifeAct, certificate_id: str) -> Response:
    """Show an act's page, or the file where the act can't be done now."""
    certificate = await handlers.get_file(screen.deps, caller, certificate_id)
    if not act.possible(certificate, screen.today):
        return see_other(f"/staff/certificates/{certificate_id}")
    form = Form.posted((await kept_answers(screen.request)).multi_items())
    return _show(screen, caller, act, certificate, form, HTTPStatus.OK)


async def _take(screen: Screen, caller: Caller, act: LifeAct, certificate_id: str, do: Act) -> Response:
    """Do an act, or show its page again with what is wrong."""
    certificate = await handlers.get_file(screen.deps, caller, certificate_id)
    form = await screen.posted()
    _read(form, act, screen)
    if not form.valid:
        return _show(screen, caller, act, certificate, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        await do(form)
    except _REFUSALS as refusal:
        form.fail((*act.boxes, "reason" if act.reason else "submit")[0], f"error.{refusal.slug}")
        return _show(screen, caller, act, certificate, form, refusal.status)
    return see_other(f"/staff/certificates/{certificate_id}?done={act.name}")


def _show(
    screen: Screen, caller: Caller, act: LifeAct, certificate: Certificate, form: Form, status: int
) -> Response:
    personal = certificate.get_personal()
    return screen.show(
        caller,
        "life_act.html",
        status,
        form=form,
        act=act,
        file=certificate,
        printed=personal.printed,
        versions=screen.worths(certificate),
        grounds=personal.grounds[-1] if certificate.order else None,
        wish=personal.wishes[-1] if certificate.mistake_told_at else None,
        reasons=list(RevocationReason),
    )
