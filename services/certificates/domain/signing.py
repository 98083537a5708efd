"""The signature: planned first, so that whatever breaks resumes with the same number, code and page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from libs.chassis.clock import civil_date
from libs.contracts.certificates import CertificateStatus
from libs.contracts.code import code_hash
from services.certificates.domain.certificate import (
    Action,
    Certificate,
    Stage,
    move,
    need_other_eyes,
    need_stage,
)
from services.certificates.domain.version import Approval, Proof, SigningPlan, Version, VersionKind
from services.certificates.errors import SigningUnderway, WrongStage


def plan_signing(
    certificate: Certificate,
    approval: Approval,
    code: str,
    *,
    kind: VersionKind = VersionKind.FIRST,
    status_index: int | None = None,
) -> Certificate:
    """Record what the signatory approved, before anything is signed.

    Args:
        certificate: At stage 7.
        approval: Of the signatory, whose day in Casablanca becomes the day of issue.
        code: The 16 characters of a freshly drawn verification code.
        kind: Why there will be another version.
        status_index: The version's place in the status list.

    Raises:
        AlreadyIssued: It is issued.
        WrongStage: It isn't at the signature, or has no number.
        SigningUnderway: A plan is there: resume that one.
        FourEyes: The signatory drafted or controlled it.
    """
    need_stage(certificate, Stage.SIGNATURE)
    if certificate.plan is not None:
        raise SigningUnderway
    if certificate.number is None:
        raise WrongStage
    need_other_eyes(approval.signatory_id, certificate.done_by(Action.DRAFTED, Action.CHECKED))
    plan = SigningPlan(
        version=len(certificate.versions) + 1,
        number=certificate.number,
        code_hash=code_hash(code),
        issued_on=civil_date(approval.approved_at),
        approval=approval,
        kind=kind,
        status_index=status_index,
    )
    personal = certificate.get_personal()
    return replace(certificate, plan=plan, personal=replace(personal, codes=(*personal.codes, code)))


def issue(certificate: Certificate, proof: Proof, at: datetime) -> Certificate:
    """The planned version is sealed, logged and in force (7 to 8).

    Args:
        certificate: At stage 7, with its plan.
        proof: What was stored, sealed and logged as the plan says.
        at: The moment.

    Raises:
        AlreadyIssued: It is issued.
        WrongStage: Nothing is planned.
    """
    need_stage(certificate, Stage.SIGNATURE)
    if certificate.plan is None:
        raise WrongStage
    version = planned_version(certificate, proof)
    issued = move(certificate, version.approval.signatory_id, Action.ISSUED, Stage.ISSUED, at)
    return replace(issued, plan=None, versions=(*certificate.versions, version))


def planned_version(certificate: Certificate, proof: Proof) -> Version:
    """The version that the plan becomes.

    Raises:
        WrongStage: Nothing is planned.
    """
    plan = certificate.plan
    if plan is None:
        raise WrongStage
    return Version(
        version=plan.version,
        number=plan.number,
        code_hash=plan.code_hash,
        status=CertificateStatus.VALID,
        issued_on=plan.issued_on,
        valid_until=certificate.valid_until,
        paper=proof.paper,
        seal=proof.seal,
        approval=plan.approval,
        kind=plan.kind,
        status_index=plan.status_index,
        document_sha256=proof.document_sha256,
        log_index=proof.log_index,
        log_salt=proof.log_salt,
        changed_at=proof.changed_at,
    )
