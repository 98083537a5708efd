"""What holders ask for on their certificate's page: a duplicate after a loss, the correction of a mistake."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from libs.chassis.errors import NotFound
from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.chassis.web.kept import kept_answers
from libs.contracts.people import Role
from libs.ui.forms import Form
from services.certificates import handlers
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.reissue import may_reissue
from services.certificates.errors import AlreadyTold, NotInForce, ReissueUnderway
from services.certificates.pages.screen import Screen, ScreenNeeded, see_other

router = APIRouter()

Applicant = Annotated[Caller, Depends(Allow(Role.APPLICANT))]

SHORTEST_WORD = 10
_LONGEST_WORD = 1000


@router.get("/certificates/{certificate_id}/duplicate")
async def ask_duplicate_page(screen: ScreenNeeded, caller: Applicant, certificate_id: str) -> Response:
    """Ask whether the paper is really lost: the lost one loses its force."""
    certificate = await _own(screen, caller, certificate_id)
    if not may_reissue(certificate, screen.today):
        return see_other(f"/certificates/{certificate_id}")
    return _show(screen, caller, "ask_duplicate.html", certificate, Form(), HTTPStatus.OK)


@router.post("/certificates/{certificate_id}/duplicate")
async def ask_duplicate(screen: ScreenNeeded, caller: Applicant, certificate_id: str) -> Response:
    """Begin a duplicate."""
    certificate = await _own(screen, caller, certificate_id)
    form = await screen.posted()
    status = HTTPStatus.UNPROCESSABLE_ENTITY.value
    if form.agreed("lost", missing="ask.duplicate.lost.missing"):
        try:
            await handlers.ask_duplicate(screen.deps, caller, certificate_id)
        except (NotInForce, ReissueUnderway) as refusal:
            form.fail("lost", f"error.{refusal.slug}")
            status = refusal.status
        else:
            return see_other(f"/certificates/{certificate_id}?done=duplicate")
    return _show(screen, caller, "ask_duplicate.html", certificate, form, status)


@router.get("/certificates/{certificate_id}/mistake")
async def tell_mistake_page(screen: ScreenNeeded, caller: Applicant, certificate_id: str) -> Response:
    """Ask what is wrong."""
    certificate = await _own(screen, caller, certificate_id)
    if certificate.mistake_told_at is not None or not may_reissue(certificate, screen.today):
        return see_other(f"/certificates/{certificate_id}")
    form = Form.posted((await kept_answers(screen.request)).multi_items())
    return _show(screen, caller, "tell_mistake.html", certificate, form, HTTPStatus.OK)


@router.post("/certificates/{certificate_id}/mistake")
async def tell_mistake(screen: ScreenNeeded, caller: Applicant, certificate_id: str) -> Response:
    """Keep what the holder says, for an officer."""
    certificate = await _own(screen, caller, certificate_id)
    form = await screen.posted()
    status = HTTPStatus.UNPROCESSABLE_ENTITY.value
    text = form.paragraphs("text", missing="ask.mistake.text.missing", longest=_LONGEST_WORD)
    if text and len(text) < SHORTEST_WORD:
        form.fail("text", "ask.mistake.text.short")
    if form.valid:
        try:
            await handlers.tell_mistake(screen.deps, caller, certificate_id, text)
        except (AlreadyTold, NotInForce, ReissueUnderway) as refusal:
            form.fail("text", f"error.{refusal.slug}")
            status = refusal.status
        else:
            return see_other(f"/certificates/{certificate_id}?done=mistake")
    return _show(screen, caller, "tell_mistake.html", certificate, form, status)


async def _own(screen: Screen, caller: Caller, certificate_id: str) -> Certificate:
    certificate = await handlers.find_own(screen.deps, caller, certificate_id)
    if certificate is None:
        raise NotFound
    return certificate


def _show(
    screen: Screen, caller: Caller, template: str, certificate: Certificate, form: Form, status: int
) -> Response:
    return screen.show(caller, template, status, form=form, file=certificate, newest=certificate.newest)
