"""Batches on screen: files are ticked in a queue, confirmed once, and followed to their end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from libs.chassis.errors import NotFound
from libs.chassis.ids import new_id
from libs.chassis.web.access import Allow, Fresh
from libs.chassis.web.caller import Caller
from libs.chassis.web.kept import kept_answers
from libs.contracts.people import Role
from libs.ui.forms import Form
from services.certificates import handlers
from services.certificates.domain.batch import KINDS, RULES, Batch, BatchKind, State
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.proof import ProofLine
from services.certificates.errors import AlreadyConfirmed, NothingChosen
from services.certificates.pages.screen import Screen, ScreenNeeded, see_other
from services.certificates.pages.steps import find_proof

router = APIRouter()

Worker = Annotated[Caller, Depends(Allow(*(rule.role for rule in RULES.values())))]
Confirming = Annotated[Caller, Depends(Allow(Role.CONTROLLER, Role.REGISTRAR))]
Signatory = Annotated[Caller, Depends(Fresh(5, Role.SIGNATORY))]

_ID = re.compile(r"[0-9a-f-]{36}")
SHOWN_AT_ONCE = 50
PICK_TICKED, PICK_PAGE, PICK_QUEUE = "ticked", "page", "queue"
"""What the queue's three buttons choose: what is ticked, all that is on the page, all that waits."""


@router.post("/staff/certificates/batches")
async def choose(screen: ScreenNeeded, caller: Worker) -> Response:
    """Put the chosen files together, or lead back to the queue where nothing was chosen."""
    form = await screen.posted()
    batch_id = form.value("batch")
    kind = next((each for each in BatchKind if each == form.value("kind")), None)
    if kind is None or not _ID.fullmatch(batch_id):
        raise NotFound
    ids = {PICK_PAGE: form.values("listed"), PICK_QUEUE: []}.get(form.value("pick"), form.values("file"))
    nothing = see_other(f"/staff/certificates?stage={RULES[kind].stage:d}&note=nothing")
    if not ids and form.value("pick") != PICK_QUEUE:
        return nothing
    try:
        chosen = await _chosen(screen, caller, kind, batch_id, ids)
    except NothingChosen:
        return nothing
    return see_other(f"/staff/certificates/batches/{chosen}")


@router.get("/staff/certificates/batches/{batch_id}")
async def show(
    screen: ScreenNeeded, caller: Worker, batch_id: str, page: Annotated[int, Query(ge=1, le=99)] = 1
) -> Response:
    """Show what was chosen until it is confirmed, and then how far it is."""
    batch = await handlers.get_batch(screen.deps, caller, batch_id)
    form = Form.posted((await kept_answers(screen.request)).multi_items())
    return await _show(screen, caller, batch, form, HTTPStatus.OK, page)


@router.post("/staff/certificates/batches/{batch_id}/confirm")
async def confirm(screen: ScreenNeeded, caller: Confirming, batch_id: str) -> Response:
    """Take the one word for all files of a control or a registration."""
    batch = await handlers.get_batch(screen.deps, caller, batch_id)
    if batch.kind is BatchKind.SIGN:
        raise NotFound
    return await _confirm(screen, caller, batch)


@router.post("/staff/certificates/batches/{batch_id}/sign")
async def sign(screen: ScreenNeeded, caller: Signatory, batch_id: str) -> Response:
    """Take the signatory's one word for all files; who that is was proved a moment ago."""
    return await _confirm(screen, caller, await handlers.get_batch(screen.deps, caller, batch_id))


async def _chosen(screen: Screen, caller: Caller, kind: BatchKind, batch_id: str, ids: Sequence[str]) -> str:
    """The batch of these files; whoever went back to an old queue page gets another one."""
    try:
        await handlers.choose(screen.deps, caller, kind, batch_id, ids)
    except AlreadyConfirmed:
        batch_id = new_id()
        await handlers.choose(screen.deps, caller, kind, batch_id, ids)
    return batch_id


async def _confirm(screen: Screen, caller: Caller, batch: Batch) -> Response:
    form = await screen.posted()
    form.agreed("approved", missing="batch.approved.missing")
    if not form.valid:
        return await _show(screen, caller, batch, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    await handlers.confirm_batch(screen.deps, caller, batch.batch_id)
    return see_other(f"/staff/certificates/batches/{batch.batch_id}")


async def _show(
    screen: Screen, caller: Caller, batch: Batch, form: Form, status: int, page: int = 1
) -> Response:
    queue = f"/staff/certificates?stage={RULES[batch.kind].stage:d}"
    if batch.approval is not None:
        counts = {state.value: batch.count(state) for state in State}
        return screen.show(caller, "batch_progress.html", status, batch=batch, counts=counts, queue=queue)
    start = (page - 1) * SHOWN_AT_ONCE
    shown = batch.items[start : start + SHOWN_AT_ONCE]
    files = await handlers.files_of(screen.deps, caller, shown)
    proofs = [await _differing(screen, file) for file in files]
    action = "sign" if batch.kind is BatchKind.SIGN else "confirm"
    return screen.show(
        caller,
        "batch.html",
        status,
        form=form,
        batch=batch,
        rows_of_files=list(zip(files, proofs, strict=True)),
        queue=queue,
        action=action,
        number_of_page=page,
        pages=range(1, -(-len(batch.items) // SHOWN_AT_ONCE) + 1),
    )


async def _differing(screen: Screen, file: Certificate) -> Sequence[ProofLine] | None:
    """The facts that the page would print otherwise than the file says; None where it can't be set."""
    proof = await find_proof(screen, file) if file.personal is not None else None
    return None if proof is None else [line for line in proof if not line.agrees]


def kind_at(stage: int, caller: Caller) -> BatchKind | None:
    """What the caller can do with many files of a queue together, if anything."""
    kind = next((kind for each, kind in KINDS.items() if each == stage), None)
    return kind if kind is not None and RULES[kind].role in caller.roles else None
