"""The JSON interface of certificates: a holder's own, and the keys with which anybody checks QR payloads."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from libs.chassis.clock import civil_date
from libs.chassis.errors import NotFound
from libs.chassis.web.access import Allow, AnyCaller
from libs.chassis.web.caller import Caller
from libs.contracts.code import format_code
from libs.contracts.people import Role
from libs.contracts.requests import PrintedPerson
from services.certificates import handlers
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.version import Standing, standing
from services.certificates.handlers.payloads import list_verifier_keys
from services.certificates.ports import Deps

router = APIRouter(prefix="/api/certificates/v1", tags=["certificates"])


def get_deps(request: Request) -> Deps:
    """What the handlers receive."""
    deps: Deps = request.app.state.deps
    return deps


DepsNeeded = Annotated[Deps, Depends(get_deps)]
Applicant = Annotated[Caller, Depends(Allow(Role.APPLICANT))]


class CertificateSummary(BaseModel):
    """A certificate in a list.

    Attributes:
        status: What it is worth today.
        pdf: The path of its PDF.
    """

    id: str
    reference: str
    number: str
    status: Standing
    issued_on: date
    valid_until: date | None
    pdf: str


class CertificateDetails(CertificateSummary):
    """A certificate with what it prints, for its holder."""

    verification_code: str
    printed: PrintedPerson


class KeySet(BaseModel):
    """The public keys of QR payloads (RFC 7517), the newest first; `kid` is what payloads name a key by."""

    keys: list[dict[str, str]]


@router.get("/keys")
async def get_keys(deps: DepsNeeded, response: Response, _caller: AnyCaller) -> KeySet:
    """The keys with which QR payloads are checked, those of former years included."""
    response.headers["cache-control"] = "public, max-age=3600"
    return KeySet(keys=[dict(jwk) for jwk in await list_verifier_keys(deps)])


@router.get("/certificates")
async def list_certificates(deps: DepsNeeded, caller: Applicant) -> list[CertificateSummary]:
    """The caller's certificates, the newest first."""
    today = civil_date(deps.clock.now())
    found = await handlers.list_own(deps, caller)
    return [CertificateSummary.model_validate(_told(certificate, today)) for certificate in found]


@router.get("/certificates/{certificate_id}")
async def get_certificate(deps: DepsNeeded, caller: Applicant, certificate_id: str) -> CertificateDetails:
    """One of the caller's certificates.

    Raises:
        NotFound: There's none by that id, or it is somebody else's.
    """
    certificate = await handlers.find_own(deps, caller, certificate_id)
    if certificate is None:
        raise NotFound
    personal = certificate.get_personal()
    code = personal.codes[certificate.versions[-1].version - 1]
    more = {"verification_code": format_code(code), "printed": personal.printed}
    return CertificateDetails.model_validate(_told(certificate, civil_date(deps.clock.now())) | more)


def _told(certificate: Certificate, today: date) -> dict[str, object]:
    newest = certificate.versions[-1]
    return {
        "id": certificate.request_id,
        "reference": certificate.reference,
        "number": newest.number,
        "status": standing(newest, today),
        "issued_on": newest.issued_on,
        "valid_until": newest.valid_until,
        "pdf": f"/certificates/{certificate.request_id}/pdf",
    }
