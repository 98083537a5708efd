"""A certificate on its way through the ministry: who did what, and what may come next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum, StrEnum

from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Role
from services.certificates.domain.number import LooseNumber
from services.certificates.domain.orders import Order, Reissue
from services.certificates.domain.personal import Note, Personal
from services.certificates.domain.version import SigningPlan, Version, VersionKind
from services.certificates.errors import (
    AlreadyHandedOver,
    AlreadyIssued,
    Erased,
    FourEyes,
    NotInForce,
    SigningUnderway,
    WrongStage,
)


class Stage(IntEnum):
    """The stages of the procedure that are worked on here, by the numbers that citizens see."""

    CANCELLED = 0
    DRAFTING = 4
    CONTROL = 5
    RECORDING = 6
    SIGNATURE = 7
    ISSUED = 8


class Action(StrEnum):
    """What somebody did with the file."""

    DRAFTED = "drafted"
    CHECKED = "checked"
    RETURNED = "returned"
    REGISTERED = "registered"
    ISSUED = "issued"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"
    MISTAKE_TOLD = "mistake_told"
    MISTAKE_DISMISSED = "mistake_dismissed"
    REISSUE_OPENED = "reissue_opened"
    REISSUE_DROPPED = "reissue_dropped"
    ORDER_ASKED = "order_asked"
    ORDER_DECLINED = "order_declined"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVOKED = "revoked"
    RENEWED = "renewed"


PREPARING = (Action.DRAFTED, Action.REISSUE_OPENED)
"""Whoever did one of these has proposed what is printed, and may neither control nor sign it."""

APPLICANT = "applicant"
"""Stands for the holder in a file's history, where others stand by their staff id."""


@dataclass(frozen=True)
class Move:
    """One line of the file's history; lines are only ever added.

    Attributes:
        role: In which role it was done, where the action alone doesn't say it.
    """

    at: datetime
    by: str
    action: Action
    from_stage: Stage
    to_stage: Stage
    role: Role | None = None


@dataclass(frozen=True)
class Certificate:
    """A certificate with all its versions; its id is the id of the request that it answers.

    Attributes:
        reference: The request's, as its applicant knows it.
        centre: The code of the centre that took the request.
        centre_name: Its Arabic name, for print.
        valid_until: The last day, or None for a permanent disability.
        moved_at: Since when it waits at this stage.
        number: `YYYY/NNNNNN` once the registrar gave it one; it keeps that one when it goes back. A
            correction waits for one of its own.
        plan: The signature under way.
        withdrawal_requested: The applicant wants it no longer: it can't be drafted a second time.
        number_settled: Of a cancelled one: its number, if it had one, is recorded as void.
        loose_numbers: Those of dropped corrections, to be recorded as void if they were taken.
        renews: The certificate in whose place this one comes.
        reissue: Another version under way.
        order: Another status under way.
        mistake_told_at: Since when the holder's word about a mistake waits for an answer.
        remind_on: The day from which the holder is to be told of the end; None where nothing is to be told.
    """

    request_id: str
    reference: str
    person_id: str
    centre: str
    centre_name: str
    approved_at: datetime
    valid_until: date | None
    moved_at: datetime
    stage: Stage = Stage.DRAFTING
    officer_id: str | None = None
    controller_id: str | None = None
    registrar_id: str | None = None
    number: str | None = None
    plan: SigningPlan | None = None
    versions: tuple[Version, ...] = ()
    history: tuple[Move, ...] = ()
    withdrawal_requested: bool = False
    number_settled: bool = False
    loose_numbers: tuple[LooseNumber, ...] = ()
    downloaded_at: datetime | None = None
    handed_over_at: datetime | None = None
    renews: str | None = None
    reissue: Reissue | None = None
    order: Order | None = None
    mistake_told_at: datetime | None = None
    remind_on: date | None = None
    personal: Personal | None = None

    @property
    def newest(self) -> Version | None:
        """The newest issued version: the only one that can be in force."""
        return self.versions[-1] if self.versions else None

    @property
    def next_kind(self) -> VersionKind:
        """Why there will be another version."""
        return self.reissue.kind if self.reissue else VersionKind.FIRST

    def get_personal(self) -> Personal:
        """What is sealed.

        Raises:
            Erased: It's gone.
        """
        if self.personal is None:
            raise Erased
        return self.personal

    def done_by(self, *actions: Action) -> frozenset[str]:
        """Everybody who ever did one of `actions` with this file."""
        return frozenset(move.by for move in self.history if move.action in actions)


def draft(certificate: Certificate, officer_id: str, at: datetime) -> Certificate:
    """The officer found that the page says what the opinion says (4 to 5).

    Raises:
        WrongStage: It isn't being drafted.
        FourEyes: This officer once controlled the file.
    """
    need_stage(certificate, Stage.DRAFTING)
    need_other_eyes(officer_id, certificate.done_by(Action.CHECKED))
    moved = move(certificate, officer_id, Action.DRAFTED, Stage.CONTROL, at)
    return replace(moved, officer_id=officer_id)


def check(certificate: Certificate, controller_id: str, at: datetime) -> Certificate:
    """The controller found it correct (5 to 6).

    Raises:
        WrongStage: It isn't under control.
        FourEyes: This controller once drafted or reopened it.
    """
    need_stage(certificate, Stage.CONTROL)
    need_other_eyes(controller_id, certificate.done_by(*PREPARING))
    moved = move(certificate, controller_id, Action.CHECKED, Stage.RECORDING, at)
    return replace(moved, controller_id=controller_id)


def register(certificate: Certificate, registrar_id: str, number: str, at: datetime) -> Certificate:
    """The registrar gave it its number (6 to 7).

    Raises:
        WrongStage: It isn't being recorded.
    """
    need_stage(certificate, Stage.RECORDING)
    moved = move(certificate, registrar_id, Action.REGISTERED, Stage.SIGNATURE, at)
    return replace(moved, registrar_id=registrar_id, number=number)


def give_back(certificate: Certificate, staff_id: str, reason: str, at: datetime) -> Certificate:
    """It goes back to drafting with a reason (5, 6 or 7 to 4), or ends there if its holder withdrew.

    Raises:
        WrongStage: It is not there, or not at one of these stages.
        SigningUnderway: The signatory has approved it.
    """
    need_stage(certificate, Stage.CONTROL, Stage.RECORDING, Stage.SIGNATURE)
    if certificate.plan is not None:
        raise SigningUnderway
    personal = certificate.get_personal()
    notes = (*personal.notes, Note(at, staff_id, reason))
    moved = move(certificate, staff_id, Action.RETURNED, Stage.DRAFTING, at)
    returned = replace(moved, personal=replace(personal, notes=notes))
    return withdraw(returned, at) if certificate.withdrawal_requested else returned


def withdraw(certificate: Certificate, at: datetime) -> Certificate:
    """The applicant wants it no longer: cancelled before the signature, else only noted."""
    asked = replace(certificate, withdrawal_requested=True)
    if certificate.versions or certificate.stage not in {Stage.DRAFTING, Stage.CONTROL, Stage.RECORDING}:
        return asked
    return move(asked, APPLICANT, Action.WITHDRAWN, Stage.CANCELLED, at)


def note_download(certificate: Certificate, at: datetime) -> Certificate:
    """Its holder took the PDF for the first time.

    Raises:
        WrongStage: There's nothing to take.
    """
    if not certificate.versions:
        raise WrongStage
    return replace(certificate, downloaded_at=certificate.downloaded_at or at)


def hand_over(certificate: Certificate, staff_id: str, at: datetime) -> Certificate:
    """It was handed over at the desk, against identity and signature.

    Raises:
        WrongStage: It isn't issued.
        NotInForce: It is suspended, revoked or renewed.
        AlreadyHandedOver: That was done before.
    """
    if certificate.newest is None:
        raise WrongStage
    if certificate.newest.status is not CertificateStatus.VALID:
        raise NotInForce
    if certificate.handed_over_at is not None:
        raise AlreadyHandedOver
    handed = move(certificate, staff_id, Action.HANDED_OVER, certificate.stage, at)
    return replace(handed, handed_over_at=at, moved_at=certificate.moved_at)


def need_stage(certificate: Certificate, *stages: Stage) -> None:
    """Refuse unless the file is at one of `stages`.

    Raises:
        AlreadyIssued: It is issued.
        WrongStage: It is somewhere else.
    """
    if certificate.stage in stages:
        return
    raise AlreadyIssued if certificate.stage is Stage.ISSUED else WrongStage


def need_other_eyes(staff_id: str, others: Iterable[str]) -> None:
    """Refuse whoever already had another part in the file.

    Raises:
        FourEyes: `staff_id` is one of `others`.
    """
    if staff_id in others:
        raise FourEyes


def move(
    certificate: Certificate,
    by: str,
    action: Action,
    to_stage: Stage,
    at: datetime,
    role: Role | None = None,
) -> Certificate:
    """The file at its next stage, with a line more in its history."""
    noted = note(certificate, by, action, at, role, to_stage)
    return replace(noted, stage=to_stage, moved_at=at)


def note(
    certificate: Certificate,
    by: str,
    action: Action,
    at: datetime,
    role: Role | None = None,
    to_stage: Stage | None = None,
) -> Certificate:
    """The file where it is, with a line more in its history."""
    line = Move(at, by, action, certificate.stage, to_stage or certificate.stage, role)
    return replace(certificate, history=(*certificate.history, line))
