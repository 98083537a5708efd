"""The decision: admission by the centre's head, the committee's opinion, approval or refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from libs.chassis.clock import civil_date
from libs.contracts.requests import DisabilityLine, Duration
from services.requests.domain.centre_work import at_centre
from services.requests.domain.medical_file import MedicalFile
from services.requests.domain.request import Opinion, Refusal, RefusalReason, Request
from services.requests.domain.stages import Action, Actor, Outcome, Stage
from services.requests.errors import (
    MedicalFileIncomplete,
    OpinionMissing,
    OpinionUnusable,
    ReasonMissing,
)


def admit(request: Request, file: MedicalFile, by: Actor, at: datetime) -> Request:
    """Admissible: before the committee (shown as stage 2).

    Raises:
        WrongStage: It isn't at stage 2.
        MedicalFileIncomplete: There's no complete medical file.
        SamePerson: Whoever checked the file can't admit it.
    """
    at_centre(request)
    request.needs_another_than(by, Action.CHECKED)
    if request.file_id != file.id or not file.complete:
        raise MedicalFileIncomplete
    return replace(request.noted(Action.ADMITTED, by, at), in_committee=True)


def before_committee(request: Request) -> Request:
    """Itself, if it is before the committee.

    Raises:
        WrongStage: It isn't.
    """
    if not request.in_committee:
        raise request.misplaced()
    return request.stands_at(Stage.CHECK)


def give_opinion(
    request: Request, lines: Sequence[DisabilityLine], valid_until: date | None, by: Actor, at: datetime
) -> Request:
    """The doctor's opinion; a later one replaces it until the chair has confirmed.

    Raises:
        WrongStage: It isn't before the committee.
        OpinionUnusable: No line, a category twice, or a last day that doesn't fit the durations.
    """
    before_committee(request)
    categories = [line.category for line in lines]
    if not lines or len(set(categories)) != len(categories):
        raise OpinionUnusable
    temporary = any(line.duration is Duration.TEMPORARY for line in lines)
    if temporary != (valid_until is not None):
        raise OpinionUnusable
    if valid_until is not None and valid_until <= civil_date(at):
        raise OpinionUnusable
    opinion = Opinion(tuple(lines), valid_until, by.id, at)
    noted = request.noted(Action.OPINION_GIVEN, by, at)
    return replace(noted, personal=replace(request.applicant, opinion=opinion))


def approve(request: Request, by: Actor, at: datetime) -> Request:
    """Confirmed by the chair: stage 4.

    Raises:
        WrongStage: It isn't before the committee.
        OpinionMissing: The doctor hasn't given an opinion.
        SamePerson: Deciding takes two people.
    """
    before_committee(request)
    opinion = request.applicant.opinion
    if opinion is None:
        raise OpinionMissing
    request.needs_another_than(by, Action.OPINION_GIVEN, Action.ADMITTED)
    return request.moved(Action.APPROVED, by, at, Stage.DRAFTING)


def refuse(request: Request, reason: RefusalReason, text: str, by: Actor, at: datetime) -> Request:
    """Refused, with reasons: stage 8.

    Raises:
        WrongStage: It isn't at stage 2.
        ReasonMissing: The text is empty.
        SamePerson: Whoever checked, admitted or examined the file can't refuse it alone.
    """
    request.stands_at(Stage.CHECK)
    if not text.strip():
        raise ReasonMissing
    request.needs_another_than(by, Action.CHECKED, Action.ADMITTED, Action.OPINION_GIVEN)
    refused = request.ended(Action.REFUSED, by, at, Outcome.REFUSED, reason.value)
    return replace(refused, personal=replace(request.applicant, refusal=Refusal(reason, text.strip(), at)))


def approved_opinion(request: Request) -> Opinion:
    """The opinion on which an approved request stands.

    Raises:
        WrongStage: It isn't approved.
    """
    opinion = request.applicant.opinion
    if opinion is None:
        raise request.misplaced()
    return opinion
