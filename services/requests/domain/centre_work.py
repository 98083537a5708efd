"""What a guidance centre does with a request: deposit, entry, check, completion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from libs.chassis.clock import civil_date
from services.requests.domain.medical_file import MedicalFile
from services.requests.domain.request import Completion, Piece, Request
from services.requests.domain.stages import Action, Actor, Stage, Terms, last_day
from services.requests.errors import CompletionAlreadyAsked, MedicalFileIncomplete, NothingMissing


def deposit(request: Request, by: Actor, at: datetime, terms: Terms) -> Request:
    """The paper file is here: stage 1, and the 60 days begin.

    Raises:
        WrongStage: It isn't at stage 0.
    """
    moved = request.stands_at(Stage.STARTED).moved(Action.DEPOSITED, by, at, Stage.ENTRY)
    return replace(moved, due_on=None, deadline_on=last_day(at, terms.procedure_days))


def enter(request: Request, file: MedicalFile, by: Actor, at: datetime) -> Request:
    """The medical file's data were entered or changed; stays at stage 1.

    Raises:
        WrongStage: It isn't at stage 1.
    """
    noted = request.stands_at(Stage.ENTRY).noted(Action.ENTERED, by, at)
    return replace(noted, file_id=file.id)


def finish_entry(request: Request, file: MedicalFile, by: Actor, at: datetime) -> Request:
    """Entered, scanned and found good: stage 2.

    Raises:
        WrongStage: It isn't at stage 1.
        MedicalFileIncomplete: Data, scans or check are missing, or the file isn't this request's.
    """
    request.stands_at(Stage.ENTRY)
    if request.file_id != file.id or not file.complete:
        raise MedicalFileIncomplete
    return request.moved(Action.CHECKED, by, at, Stage.CHECK)


def ask_completion(
    request: Request, pieces: Sequence[Piece], note: str, by: Actor, at: datetime, terms: Terms
) -> Request:
    """All that is missing, listed once: stage 3, until the last day.

    Raises:
        WrongStage: It isn't at stage 2, or is before the committee.
        CompletionAlreadyAsked: It was asked before.
        NothingMissing: `pieces` is empty.
    """
    at_centre(request)
    if request.completion is not None:
        raise CompletionAlreadyAsked
    if not pieces:
        raise NothingMissing
    due_on = last_day(at, terms.completion_days)
    moved = request.moved(Action.COMPLETION_ASKED, by, at, Stage.COMPLETION)
    return replace(
        moved,
        completion=Completion(tuple(dict.fromkeys(pieces)), at, due_on),
        due_on=due_on,
        personal=replace(request.applicant, completion_note=note),
    )


def complete(request: Request, by: Actor, at: datetime) -> Request:
    """The missing pieces came: stage 1 again; the days of waiting don't count towards the deadline.

    Raises:
        WrongStage: It isn't at stage 3.
    """
    request.stands_at(Stage.COMPLETION)
    asked = request.completion
    if asked is None or request.deadline_on is None:
        raise request.misplaced()
    waited = civil_date(at) - civil_date(asked.asked_at)
    return replace(
        request.moved(Action.COMPLETED, by, at, Stage.ENTRY),
        completion=replace(asked, received_at=at),
        due_on=None,
        deadline_on=request.deadline_on + waited,
    )


def at_centre(request: Request) -> Request:
    """Itself, if it is at stage 2 and not before the committee.

    Raises:
        WrongStage: It isn't.
    """
    if request.in_committee:
        raise request.misplaced()
    return request.stands_at(Stage.CHECK)
