"""Certificates at any turn of their life, made by the domain alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Role
from services.certificates.domain import life, reissue
from services.certificates.domain.certificate import (
    APPLICANT,
    Certificate,
    check,
    draft,
    register,
)
from services.certificates.domain.orders import Grounds, OrderKind, RevocationReason
from services.certificates.domain.personal import Personal
from services.certificates.domain.signing import issue, plan_signing
from services.certificates.domain.version import Approval, Paper, Proof, Seal
from tests.support.certificates_world import MORNING, PRINTED

TODAY = date(2026, 11, 23)
NUMBER = "2026/000001"
LATER = MORNING + timedelta(hours=1)
CORRECTED = PRINTED.model_copy(update={"birth_place": "فاس"})
VALID, SUSPENDED = CertificateStatus.VALID, CertificateStatus.SUSPENDED
SUPERSEDED, REVOKED = CertificateStatus.SUPERSEDED, CertificateStatus.REVOKED


def approval(signatory_id: str = "signatory", at: datetime = MORNING) -> Approval:
    return Approval(signatory_id, at, at)


def proof(version: int) -> Proof:
    return Proof(Paper(f"request-1-{version}", "00" * 32), Seal("key", "Q01T"), changed_at=MORNING)


def code(version: int) -> str:
    return f"{version:016d}"


def prepared(file: Certificate) -> Certificate:
    """A file at drafting, carried to the signature."""
    checked = check(draft(file, "officer", MORNING), "controller", MORNING)
    return register(checked, "registrar", NUMBER, MORNING)


def signed(file: Certificate, at: datetime = MORNING) -> Certificate:
    version = len(file.versions) + 1
    return issue(plan_signing(file, approval(at=at), code(version)), proof(version), at)


def issued(valid_until: date | None = None) -> Certificate:
    return signed(
        prepared(
            Certificate(
                request_id="request-1",
                reference="2026-0000123",
                person_id="person-1",
                centre="061",
                centre_name="مركز مكناس",
                approved_at=MORNING,
                valid_until=valid_until,
                moved_at=MORNING,
                personal=Personal(PRINTED),
            )
        )
    )


def correcting(file: Certificate | None = None) -> Certificate:
    return reissue.open_correction(file or issued(), "officer", CORRECTED, LATER, TODAY)


def duplicating(file: Certificate | None = None) -> Certificate:
    return reissue.open_duplicate(file or issued(), APPLICANT, Role.APPLICANT, LATER, TODAY)


def ordered(
    file: Certificate, kind: OrderKind, reason: RevocationReason | None = None, at: datetime = LATER
) -> Certificate:
    asked = life.ask_order(file, Grounds(kind, at, "agent", "because", reason), Role.CENTRAL_AGENT)
    return life.carry_out(life.approve_order(asked, approval(at=at)))


def statuses(file: Certificate) -> list[CertificateStatus]:
    return [version.status for version in file.versions]
