"""Another version of an issued certificate: a correction or a duplicate, on the way through many hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Role
from libs.contracts.requests import PrintedPerson
from services.certificates.domain.certificate import (
    APPLICANT,
    Action,
    Certificate,
    Stage,
    move,
    need_stage,
    note,
)
from services.certificates.domain.number import LooseNumber
from services.certificates.domain.orders import Reissue, Wish
from services.certificates.domain.personal import Note
from services.certificates.domain.version import Standing, Version, VersionKind, standing
from services.certificates.errors import (
    AlreadyTold,
    NothingAsked,
    NothingToCorrect,
    NotInForce,
    ReissueUnderway,
    SigningUnderway,
    WrongStage,
)


def open_correction(
    certificate: Certificate, officer_id: str, proposed: PrintedPerson, at: datetime, today: date
) -> Certificate:
    """The officer proposes what a corrected version prints; the version in force stays so meanwhile.

    What the committee found isn't a slip of the pen, so the disability lines stay as they are.

    Raises:
        NotInForce: The certificate isn't valid today.
        ReissueUnderway: Another version is being made already.
        NothingToCorrect: Nothing would change.
    """
    opened = _open(certificate, VersionKind.CORRECTION, officer_id, Role.CERTIFICATE_OFFICER, at, today)
    return replace(_proposing(opened, proposed), mistake_told_at=None, number=None)


def revise_correction(certificate: Certificate, proposed: PrintedPerson) -> Certificate:
    """The officer proposes something else, before control or after it came back.

    Raises:
        NothingAsked: No correction is being made.
        WrongStage: It is past drafting.
        NothingToCorrect: Nothing would change.
    """
    if certificate.reissue is None or certificate.reissue.kind is not VersionKind.CORRECTION:
        raise NothingAsked
    need_stage(certificate, Stage.DRAFTING)
    return _proposing(certificate, proposed)


def open_duplicate(certificate: Certificate, by: str, role: Role, at: datetime, today: date) -> Certificate:
    """The paper was lost: the same content is issued again, marked, under the same number.

    Args:
        certificate: Issued.
        by: `APPLICANT` where the holder asks.
        role: In which role `by` asks.
        at: The moment.
        today: The day in Casablanca.

    Raises:
        NotInForce: The certificate isn't valid today.
        ReissueUnderway: Another version is being made already.
    """
    return _open(certificate, VersionKind.DUPLICATE, by, role, at, today)


def drop_reissue(certificate: Certificate, officer_id: str, reason: str, at: datetime) -> Certificate:
    """There will be no other version; the one in force stays.

    Raises:
        NothingAsked: None is being made.
        WrongStage: It is past drafting: it has to come back first.
        SigningUnderway: The signatory has approved it.
    """
    if certificate.reissue is None:
        raise NothingAsked
    if certificate.plan is not None:
        raise SigningUnderway
    if certificate.stage is not Stage.DRAFTING:
        raise WrongStage
    return without_reissue(_noted(certificate, officer_id, reason, at), officer_id, at)


def without_reissue(certificate: Certificate, by: str, at: datetime) -> Certificate:
    """Back to what is issued, as if no other version had been begun; a planned one is forgotten."""
    if certificate.reissue is None:
        return certificate
    personal = certificate.get_personal()
    kept = replace(personal, proposed=None, codes=personal.codes[: len(certificate.versions)])
    dropped = move(certificate, by, Action.REISSUE_DROPPED, Stage.ISSUED, at, Role.CERTIFICATE_OFFICER)
    loose = certificate.loose_numbers
    if certificate.next_kind is VersionKind.CORRECTION:
        loose = (*loose, LooseNumber(number_owner(certificate), at))
    number = _issued(certificate).number
    return replace(dropped, reissue=None, plan=None, personal=kept, number=number, loose_numbers=loose)


def tell_mistake(certificate: Certificate, text: str, at: datetime) -> Certificate:
    """The holder says what is wrong; an officer reads it and opens a correction or dismisses it.

    Raises:
        WrongStage: Nothing is issued.
        AlreadyTold: An earlier word still waits.
        ReissueUnderway: Another version is being made already.
        NotInForce: The certificate is suspended, revoked or superseded.
    """
    if certificate.mistake_told_at is not None:
        raise AlreadyTold
    if certificate.reissue is not None:
        raise ReissueUnderway
    if _issued(certificate).status is not CertificateStatus.VALID:
        raise NotInForce
    personal = certificate.get_personal()
    told = note(certificate, APPLICANT, Action.MISTAKE_TOLD, at, Role.APPLICANT)
    wishes = (*personal.wishes, Wish(at, text))
    return replace(told, mistake_told_at=at, personal=replace(personal, wishes=wishes))


def dismiss_mistake(certificate: Certificate, officer_id: str, reason: str, at: datetime) -> Certificate:
    """What the holder told is no mistake of the paper.

    Raises:
        NothingAsked: Nothing was told, or it was answered.
    """
    if certificate.mistake_told_at is None:
        raise NothingAsked
    noted = _noted(certificate, officer_id, reason, at)
    dismissed = note(noted, officer_id, Action.MISTAKE_DISMISSED, at, Role.CERTIFICATE_OFFICER)
    return replace(dismissed, mistake_told_at=None)


def number_owner(certificate: Certificate) -> str:
    """Under what the register keeps the next version's number: a correction takes one of its own."""
    if certificate.next_kind is not VersionKind.CORRECTION:
        return certificate.request_id
    opened = sum(line.action is Action.REISSUE_OPENED for line in certificate.history)
    return f"{certificate.request_id}/{opened}"


def may_reissue(certificate: Certificate, today: date) -> bool:
    """Whether another version may be begun today."""
    newest = certificate.newest
    in_force = newest is not None and standing(newest, today) is Standing.VALID
    return in_force and certificate.reissue is None


def _open(
    certificate: Certificate, kind: VersionKind, by: str, role: Role, at: datetime, today: date
) -> Certificate:
    if standing(_issued(certificate), today) is not Standing.VALID:
        raise NotInForce
    if certificate.reissue is not None:
        raise ReissueUnderway
    opened = move(certificate, by, Action.REISSUE_OPENED, Stage.DRAFTING, at, role)
    return replace(opened, reissue=Reissue(kind, by, at))


def _proposing(certificate: Certificate, proposed: PrintedPerson) -> Certificate:
    personal = certificate.get_personal()
    kept = proposed.model_copy(update={"disabilities": personal.printed.disabilities})
    if kept == personal.printed:
        raise NothingToCorrect
    return replace(certificate, personal=replace(personal, proposed=kept))


def _noted(certificate: Certificate, staff_id: str, reason: str, at: datetime) -> Certificate:
    personal = certificate.get_personal()
    notes = (*personal.notes, Note(at, staff_id, reason))
    return replace(certificate, personal=replace(personal, notes=notes))


def _issued(certificate: Certificate) -> Version:
    if certificate.newest is None:
        raise WrongStage
    return certificate.newest
