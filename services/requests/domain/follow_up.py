"""What certificates and notifications tell of a request: its timeline goes on by their facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from libs.contracts.certificates import CertificateStatus
from services.requests.domain.request import Certificate, MessageNote, Request
from services.requests.domain.stages import SYSTEM, Action, Outcome, Stage

_IN_PREPARATION = (Stage.DRAFTING, Stage.CONTROL, Stage.RECORDING, Stage.SIGNATURE)


def prepared(request: Request, action: Action, to: Stage, at: datetime) -> Request:
    """One step of the certificate's preparation, forward or back.

    Raises:
        WrongStage: No certificate is being prepared.
    """
    return request.stands_at(*_IN_PREPARATION).moved(action, SYSTEM, at, to)


def issued(request: Request, certificate: Certificate, at: datetime) -> Request:
    """Signed and in force: the request has reached its aim, whatever withdrawal was still pending.

    Raises:
        WrongStage: No certificate is being prepared.
    """
    ended = request.stands_at(*_IN_PREPARATION).ended(Action.ISSUED, SYSTEM, at, Outcome.ISSUED)
    return replace(ended, certificate=certificate)


def draft_cancelled(request: Request, at: datetime) -> Request:
    """It will not be issued: the withdrawal that was asked for takes effect.

    Raises:
        WrongStage: No certificate is being prepared.
    """
    return request.stands_at(*_IN_PREPARATION).ended(Action.WITHDRAWN, SYSTEM, at, Outcome.WITHDRAWN)


def downloaded(request: Request, at: datetime) -> Request:
    """The holder has it; the first time counts."""
    if request.certificate is None or request.certificate.downloaded_at is not None:
        return request
    certificate = replace(request.certificate, downloaded_at=at)
    noted = request.noted(Action.DOWNLOADED, SYSTEM, at)
    return replace(noted, outcome=Outcome.DELIVERED, certificate=certificate)


def handed_over(request: Request, at: datetime) -> Request:
    """The holder has it on paper."""
    if request.certificate is None:
        return request
    certificate = replace(request.certificate, handed_over_at=at)
    noted = request.noted(Action.HANDED_OVER, SYSTEM, at)
    return replace(noted, outcome=Outcome.DELIVERED, certificate=certificate)


def worth(request: Request, status: CertificateStatus) -> Request:
    """The certificate is worth something else now; the request's timeline stays as it is."""
    if request.certificate is None:
        return request
    return replace(request, certificate=replace(request.certificate, status=status))


def reissued(request: Request, issued_on: date) -> Request:
    """Another version is in force: it is the one to be downloaded or handed over."""
    if request.certificate is None:
        return request
    certificate = replace(request.certificate, issued_on=issued_on, downloaded_at=None, handed_over_at=None)
    return replace(request, certificate=certificate)


def message_noted(request: Request, note: MessageNote) -> Request:
    """With a line about a mail; a later word on the same mail replaces the earlier one."""
    others = tuple(kept for kept in request.messages if kept.message_id != note.message_id)
    return replace(request, messages=(*others, note))
