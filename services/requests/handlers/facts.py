"""The facts that requests publishes, each from the request as it stands after the change."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from libs.chassis.delivery import Fact
from libs.contracts.requests import (
    CompletionReceived,
    CompletionRequested,
    FileDeposited,
    MedicalFileFound,
    MedicalFileMissing,
    PrintedPerson,
    RequestApproved,
    RequestClosed,
    RequestRefused,
    RequestSubmitted,
    WithdrawalRequested,
)
from services.requests.domain.centre import Centre
from services.requests.domain.medical_file import Holder
from services.requests.domain.request import Completion, Opinion, Request
from services.requests.domain.stages import Outcome

_CLOSINGS: dict[Outcome, Literal["withdrawn", "no_deposit", "not_completed"]] = {
    Outcome.WITHDRAWN: "withdrawn",
    Outcome.NO_DEPOSIT: "no_deposit",
    Outcome.NOT_COMPLETED: "not_completed",
}


def submitted(request: Request) -> Fact:
    """It was filed."""
    channel = request.channel.value
    return Fact(
        RequestSubmitted(
            **request.told(), submitted_at=request.submitted_at, channel=channel, renews=request.renews
        )
    )


def file_found(request: Request) -> Fact:
    """The data bank holds its medical file."""
    return Fact(MedicalFileFound(**request.told()))


def file_missing(request: Request) -> Fact:
    """The data bank doesn't hold it."""
    return Fact(MedicalFileMissing(**request.told()))


def deposited(request: Request, at: datetime) -> Fact:
    """The paper file is at the centre."""
    return Fact(FileDeposited(**request.told(), deposited_at=at))


def completion_requested(request: Request, completion: Completion) -> Fact:
    """Pieces are missing."""
    items = tuple(piece.value for piece in completion.pieces)
    return Fact(CompletionRequested(**request.told(), items=items, due_on=completion.due_on))


def completion_received(request: Request) -> Fact:
    """They came."""
    return Fact(CompletionReceived(**request.told()))


def approved(request: Request, opinion: Opinion, holder: Holder, centre: Centre, at: datetime) -> Fact:
    """The opinion is favourable; what the certificate prints goes along, sealed."""
    secret = PrintedPerson(
        arabic_family_name=holder.arabic_family_name,
        arabic_given_name=holder.arabic_given_name,
        latin_family_name=holder.latin_family_name,
        latin_given_name=holder.latin_given_name,
        sex=holder.sex,
        birth_date=holder.birth_date,
        birth_precision=holder.birth_precision,
        birth_place=holder.birth_place,
        identifier=holder.identifier,
        disabilities=opinion.lines,
    )
    event = RequestApproved(
        **request.told(),
        centre_name=centre.name_ar,
        approved_at=at,
        valid_until=opinion.valid_until,
        renews=request.renews,
    )
    return Fact(event, secret)


def refused(request: Request, at: datetime) -> Fact:
    """It was refused."""
    return Fact(RequestRefused(**request.told(), refused_at=at))


def withdrawal_requested(request: Request) -> Fact:
    """`certificates` is asked to cancel the draft."""
    return Fact(WithdrawalRequested(**request.told()))


def closed(request: Request, at: datetime) -> Fact:
    """It ended without a certificate."""
    if request.outcome not in _CLOSINGS:
        raise request.misplaced()
    return Fact(RequestClosed(**request.told(), outcome=_CLOSINGS[request.outcome], closed_at=at))
