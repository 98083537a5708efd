"""The holders' certificates: the list, one of them, its PDF."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from libs.chassis.errors import NotFound
from libs.chassis.web.access import Allow, SignedInCaller
from libs.chassis.web.caller import Caller
from libs.contracts.code import format_code
from libs.contracts.people import Role
from services.certificates import handlers
from services.certificates.domain.life import is_renewable
from services.certificates.domain.reissue import may_reissue
from services.certificates.domain.version import standing
from services.certificates.pages.screen import TONES, ScreenNeeded, pdf_response

router = APIRouter()

Applicant = Annotated[Caller, Depends(Allow(Role.APPLICANT))]


@router.get("/certificates")
async def own_certificates(screen: ScreenNeeded, caller: Applicant) -> Response:
    """List the caller's certificates."""
    certificates = await handlers.list_own(screen.deps, caller)
    worth = [standing(certificate.versions[-1], screen.today) for certificate in certificates]
    rows = list(zip(certificates, worth, strict=True))
    return screen.show(caller, "certificates.html", rows=rows, tones=TONES)


@router.get("/certificates/{certificate_id}")
async def own_certificate(
    screen: ScreenNeeded,
    caller: Applicant,
    certificate_id: str,
    done: Annotated[Literal["", "duplicate", "mistake"], Query()] = "",
) -> Response:
    """Show one: what it says, what each version is worth, how to have it verified, what may be asked."""
    certificate = await handlers.find_own(screen.deps, caller, certificate_id)
    if certificate is None:
        raise NotFound
    newest = certificate.versions[-1]
    worth = standing(newest, screen.today)
    personal = certificate.get_personal()
    return screen.show(
        caller,
        "certificate.html",
        file=certificate,
        printed=personal.printed,
        newest=newest,
        worth=worth,
        tone=TONES[worth],
        versions=screen.worths(certificate),
        reissuable=may_reissue(certificate, screen.today),
        renewable=is_renewable(newest, screen.today),
        done=done,
        verification_code=format_code(personal.codes[newest.version - 1]),
        verify_url=f"{screen.deps.origin}/verify",
    )


@router.get("/certificates/{certificate_id}/pdf")
async def paper(screen: ScreenNeeded, caller: SignedInCaller, certificate_id: str) -> Response:
    """Hand out the PDF: to its holder, and to the staff who may see the file."""
    opening = handlers.open_paper if caller.kind == "staff" else handlers.open_own_paper
    pdf = await opening(screen.deps, caller, certificate_id)
    return pdf_response(pdf, "certificate.pdf")
