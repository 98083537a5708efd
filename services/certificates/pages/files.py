"""The staff's files: a queue for each stage, one file, its preview."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from libs.chassis.ids import new_id
from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.forms import Form
from services.certificates import handlers
from services.certificates.domain.certificate import Action, Move, Stage
from services.certificates.domain.version import standing
from services.certificates.handlers.preparation import RETURNED_BY
from services.certificates.handlers.work import CENTRAL_ROLES
from services.certificates.pages.batches import kind_at
from services.certificates.pages.correcting import may_correct
from services.certificates.pages.life import LIFE_ACTS, open_acts
from services.certificates.pages.screen import TONES, ScreenNeeded, pdf_response
from services.certificates.pages.steps import STEPS, open_steps

router = APIRouter()

Staff = Annotated[Caller, Depends(Allow(*CENTRAL_ROLES, Role.DELIVERY_DESK))]
Central = Annotated[Caller, Depends(Allow(*CENTRAL_ROLES))]

FIRST_STAGES = {
    Role.CERTIFICATE_OFFICER: Stage.DRAFTING,
    Role.CONTROLLER: Stage.CONTROL,
    Role.REGISTRAR: Stage.RECORDING,
    Role.SIGNATORY: Stage.SIGNATURE,
    Role.CENTRAL_AGENT: Stage.DRAFTING,
}
"""The queue that opens first for each role; the desk's only one is that of what is issued."""

ROLES_BEHIND = {
    Action.DRAFTED: Role.CERTIFICATE_OFFICER,
    Action.CHECKED: Role.CONTROLLER,
    Action.REGISTERED: Role.REGISTRAR,
    Action.ISSUED: Role.SIGNATORY,
    Action.HANDED_OVER: Role.DELIVERY_DESK,
    Action.WITHDRAWN: Role.APPLICANT,
    Action.MISTAKE_TOLD: Role.APPLICANT,
    Action.MISTAKE_DISMISSED: Role.CERTIFICATE_OFFICER,
    Action.REISSUE_OPENED: Role.CERTIFICATE_OFFICER,
    Action.REISSUE_DROPPED: Role.CERTIFICATE_OFFICER,
    Action.ORDER_ASKED: Role.CENTRAL_AGENT,
    Action.ORDER_DECLINED: Role.SIGNATORY,
    Action.SUSPENDED: Role.SIGNATORY,
    Action.RESUMED: Role.SIGNATORY,
    Action.REVOKED: Role.SIGNATORY,
    Action.RENEWED: Role.SIGNATORY,
}
"""In which role each thing is done where the line doesn't say it; what goes back depends on where it was."""


@router.get("/staff/certificates")
async def queue(
    screen: ScreenNeeded,
    caller: Staff,
    stage: Annotated[Stage | None, Query()] = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    named: Annotated[str, Query(max_length=40)] = "",
    note: Annotated[Literal["", "nothing"], Query()] = "",
) -> Response:
    """Show the queue of a stage, or what is found by reference or number."""
    form = Form({"named": named})
    name = form.text("named", longest=40)
    shown = await handlers.list_queue(screen.deps, caller, stage or _first_stage(caller), page)
    return screen.show(
        caller,
        "queue.html",
        form=form,
        queue=shown,
        central=bool(caller.roles & CENTRAL_ROLES),
        kind=kind_at(shown.stage, caller),
        batch_id=new_id(),
        batches=await handlers.list_batches(screen.deps, caller),
        nothing=note == "nothing",
        found=await handlers.search(screen.deps, caller, name) if name else None,
    )


@router.get("/staff/certificates/{certificate_id}")
async def file(
    screen: ScreenNeeded, caller: Staff, certificate_id: str, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show a file: what will be printed, what the opinion says, who did what, what may come next."""
    certificate = await handlers.get_file(screen.deps, caller, certificate_id)
    personal = certificate.get_personal()
    newest = certificate.newest
    worth = standing(newest, screen.today) if newest else None
    central = bool(caller.roles & CENTRAL_ROLES)
    return screen.show(
        caller,
        "file.html",
        file=certificate,
        printed=personal.to_print,
        notes=personal.notes,
        versions=screen.worths(certificate),
        grounds=personal.grounds[-1] if certificate.order and central else None,
        wish=personal.wishes[-1] if certificate.mistake_told_at and central else None,
        now_printed=personal.printed if personal.proposed else None,
        acts=open_acts(certificate, caller, screen.today),
        correctable=Role.CERTIFICATE_OFFICER in caller.roles and may_correct(certificate, screen.today),
        newest=newest,
        worth=worth,
        tone=TONES[worth] if worth else "neutral",
        steps=open_steps(certificate, caller),
        actors={move: _role_behind(move) for move in certificate.history},
        me=caller.id,
        central=central,
        done=f"step.{done}.done" if done in STEPS else "",
        life_done=f"life.{done}.done" if done in {*LIFE_ACTS, "correct"} else "",
    )


@router.get("/staff/certificates/{certificate_id}/preview.pdf")
async def preview(screen: ScreenNeeded, caller: Central, certificate_id: str) -> Response:
    """Show the page as it would be today, marked as a preview."""
    pdf = await handlers.preview(screen.deps, caller, certificate_id)
    return pdf_response(pdf, "preview.pdf")


def _role_behind(move: Move) -> Role:
    """In which role somebody moved a file."""
    if move.role is not None:
        return move.role
    return RETURNED_BY[move.from_stage] if move.action is Action.RETURNED else ROLES_BEHIND[move.action]


def _first_stage(caller: Caller) -> Stage:
    return next((stage for role, stage in FIRST_STAGES.items() if role in caller.roles), Stage.ISSUED)
