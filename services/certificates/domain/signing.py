"""The signature: planned first, so that whatever breaks resumes with the same number, code and page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from libs.chassis.clock import civil_date
from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.code import code_hash
from services.certificates.domain.certificate import (
    PREPARING,
    Action,
    Certificate,
    Stage,
    move,
    need_other_eyes,
    need_stage,
)
from services.certificates.domain.life import next_reminder, superseded
from services.certificates.domain.personal import Personal
from services.certificates.domain.version import Approval, Proof, SigningPlan, Version, VersionKind
from services.certificates.errors import NotInForce, SigningUnderway, WrongStage


def plan_signing(
    certificate: Certificate,
    approval: Approval,
    code: str,
    *,
    kind: VersionKind | None = None,
    status_index: int | None = None,
) -> Certificate:
    """Record what the signatory approved, before anything is signed.

    Args:
        certificate: At stage 7.
        approval: Of the signatory, whose day in Casablanca becomes the day of issue.
        code: The 16 characters of a freshly drawn verification code.
        kind: Why there will be another version; None for what the file says.
        status_index: The version's place in the status list.

    Raises:
        AlreadyIssued: It is issued.
        WrongStage: It isn't at the signature, or has no number.
        SigningUnderway: A plan is there: resume that one.
        FourEyes: The signatory drafted, reopened or controlled it.
        NotInForce: What it shall take the place of isn't valid.
    """
    need_stage(certificate, Stage.SIGNATURE)
    if certificate.plan is not None:
        raise SigningUnderway
    if certificate.number is None:
        raise WrongStage
    need_other_eyes(approval.signatory_id, certificate.done_by(*PREPARING, Action.CHECKED))
    _need_replaceable(certificate)
    plan = SigningPlan(
        version=len(certificate.versions) + 1,
        number=certificate.number,
        code_hash=code_hash(code),
        issued_on=civil_date(approval.approved_at),
        approval=approval,
        kind=kind or certificate.next_kind,
        status_index=status_index,
    )
    personal = certificate.get_personal()
    return replace(certificate, plan=plan, personal=replace(personal, codes=(*personal.codes, code)))


def issue(certificate: Certificate, proof: Proof, at: datetime) -> Certificate:
    """The planned version is sealed, logged and in force (7 to 8), the one before it no longer: in one step.

    Args:
        certificate: At stage 7, with its plan.
        proof: What was stored, sealed and logged as the plan says.
        at: The moment.

    Raises:
        AlreadyIssued: It is issued.
        WrongStage: Nothing is planned.
        NotInForce: What it shall take the place of isn't valid.
    """
    need_stage(certificate, Stage.SIGNATURE)
    planned_by(certificate)
    _need_replaceable(certificate)
    version = planned_version(certificate, proof)
    issued = move(certificate, version.approval.signatory_id, Action.ISSUED, Stage.ISSUED, at)
    first = not certificate.versions
    earlier = tuple(superseded(each, SupersededBy(version.kind), at) for each in certificate.versions)
    return replace(
        issued,
        plan=None,
        reissue=None,
        versions=(*earlier, version),
        personal=_printed(certificate),
        remind_on=next_reminder(version.valid_until, version.issued_on) if first else certificate.remind_on,
        downloaded_at=None,
        handed_over_at=None,
    )


def planned_version(certificate: Certificate, proof: Proof) -> Version:
    """The version that the plan becomes.

    Raises:
        WrongStage: Nothing is planned.
    """
    plan = planned_by(certificate)
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


def planned_by(certificate: Certificate) -> SigningPlan:
    """The plan.

    Raises:
        WrongStage: There's none.
    """
    if certificate.plan is None:
        raise WrongStage
    return certificate.plan


def _need_replaceable(certificate: Certificate) -> None:
    if certificate.newest is not None and certificate.newest.status is not CertificateStatus.VALID:
        raise NotInForce


def _printed(certificate: Certificate) -> Personal:
    """What is sealed once the planned version is issued."""
    personal = certificate.get_personal()
    pages = (*personal.pages_of(len(certificate.versions)), personal.to_print)
    return replace(personal, printed=personal.to_print, proposed=None, pages=pages)
