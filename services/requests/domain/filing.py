"""How a request begins, what the data bank says to it, and how it ends early."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Identifier
from services.requests.domain.medical_file import MedicalFile
from services.requests.domain.request import Applicant, LookUp, Request
from services.requests.domain.stages import (
    SYSTEM,
    Action,
    Actor,
    Channel,
    Move,
    Outcome,
    Stage,
    Terms,
    last_day,
)
from services.requests.errors import TooLateToWithdraw

RENEWABLE_DAYS = 90
"""From how long before a certificate's last day on its renewal may be asked for."""

_CLOSES_AT_ONCE = (Stage.STARTED, Stage.ENTRY, Stage.CHECK, Stage.COMPLETION)
_ASKS_FIRST = (Stage.DRAFTING, Stage.CONTROL, Stage.RECORDING)


@dataclass(frozen=True)
class Filing:
    """What a request is made of.

    Attributes:
        token: The form's token, a UUID.
        person_id: For whom.
        identifier: The person's number, from the account, like the birth date.
        centre: The chosen centre's code.
        renews: The person's request whose certificate is to be renewed.
    """

    token: str
    person_id: str
    identifier: Identifier
    birth_date: date
    centre: str
    channel: Channel
    family_name: str = ""
    given_name: str = ""
    renews: str | None = None


def begin(filing: Filing, reference: str, by: Actor, at: datetime, terms: Terms) -> Request:
    """The request as its receipt shows it: stage 0."""
    return Request(
        id=filing.token,
        reference=reference,
        person_id=filing.person_id,
        centre=filing.centre,
        channel=filing.channel,
        submitted_at=at,
        history=(Move(at, by, Action.SUBMITTED, None, Stage.STARTED),),
        due_on=last_day(at, terms.deposit_days),
        renews=filing.renews,
        personal=Applicant(
            identifier=filing.identifier,
            birth_date=filing.birth_date,
            family_name=filing.family_name,
            given_name=filing.given_name,
        ),
    )


def awaits_look_up(request: Request) -> bool:
    """Whether the data bank's answer still matters: nobody was faster and it hasn't ended."""
    return request.open and request.stage is Stage.STARTED and request.look_up is None


def file_found(request: Request, file: MedicalFile, at: datetime, terms: Terms) -> Request:
    """The data bank holds the file: no deposit is asked, the check begins, the 60 days count from filing."""
    moved = request.stands_at(Stage.STARTED).moved(Action.FILE_FOUND, SYSTEM, at, Stage.CHECK)
    return replace(
        moved,
        look_up=LookUp.FOUND,
        file_id=file.id,
        due_on=None,
        deadline_on=last_day(request.submitted_at, terms.procedure_days),
    )


def file_missing(request: Request, at: datetime, conflict: MedicalFile | None) -> Request:
    """The data bank doesn't hold it; a file of that number with another birth date is noted for the staff."""
    noted = request.stands_at(Stage.STARTED).noted(Action.FILE_MISSING, SYSTEM, at)
    return replace(
        noted,
        look_up=LookUp.CONFLICT if conflict else LookUp.MISSING,
        conflicting_file_id=conflict.id if conflict else None,
    )


def withdraw(request: Request, by: Actor, at: datetime) -> Request:
    """Withdrawn by its applicant: at once in stages 0 to 3, in 4 to 6 asked of `certificates`.

    Raises:
        TooLateToWithdraw: It is at the signature, or has ended.
    """
    if request.open and request.stage in _CLOSES_AT_ONCE:
        return request.ended(Action.WITHDRAWN, by, at, Outcome.WITHDRAWN)
    if request.open and request.stage in _ASKS_FIRST:
        return replace(request.noted(Action.WITHDRAWAL_ASKED, by, at), withdrawal_pending=True)
    raise TooLateToWithdraw


def may_withdraw(request: Request) -> bool:
    """Whether `withdraw` would do something now."""
    stages = (*_CLOSES_AT_ONCE, *_ASKS_FIRST)
    return request.open and not request.withdrawal_pending and request.stage in stages


def close_overdue(request: Request, today: date, at: datetime) -> Request:
    """Closed because its applicant did nothing until the last day.

    Raises:
        WrongStage: Nothing is awaited of its applicant, or there's still time.
    """
    request.stands_at(Stage.STARTED, Stage.COMPLETION)
    if request.due_on is None or today <= request.due_on:
        raise request.misplaced()
    outcome = Outcome.NO_DEPOSIT if request.stage is Stage.STARTED else Outcome.NOT_COMPLETED
    return request.ended(Action.OVERDUE, SYSTEM, at, outcome, outcome.value)


def may_renew(request: Request, today: date) -> bool:
    """Whether the certificate of `request` ends soon or has ended, so that a new one may take its place."""
    certificate = request.certificate
    if certificate is None or certificate.valid_until is None:
        return False
    near = certificate.valid_until - timedelta(days=RENEWABLE_DAYS) <= today
    return near and certificate.status is CertificateStatus.VALID
