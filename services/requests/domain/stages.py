"""The nine stages of a request, how it may end, and the record of every move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

from libs.chassis.clock import civil_date


class Stage(IntEnum):
    """Where a request stands (the portal's manual; the labels are the catalogue's `stage.0` to `stage.8`)."""

    STARTED = 0
    ENTRY = 1
    CHECK = 2
    COMPLETION = 3
    DRAFTING = 4
    CONTROL = 5
    RECORDING = 6
    SIGNATURE = 7
    CLOSED = 8


class Outcome(StrEnum):
    """How a request ended; stage 8 alone doesn't tell."""

    ISSUED = "issued"
    DELIVERED = "delivered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NO_DEPOSIT = "no_deposit"
    NOT_COMPLETED = "not_completed"


class Channel(StrEnum):
    """Where a request was filed."""

    ONLINE = "online"
    DESK = "desk"


class ActorKind(StrEnum):
    """Who moved a file."""

    PERSON = "person"
    STAFF = "staff"
    SYSTEM = "system"


class Action(StrEnum):
    """What was done."""

    SUBMITTED = "submitted"
    FILE_FOUND = "file_found"
    FILE_MISSING = "file_missing"
    DEPOSITED = "deposited"
    ENTERED = "entered"
    CHECKED = "checked"
    COMPLETION_ASKED = "completion_asked"
    COMPLETED = "completed"
    ADMITTED = "admitted"
    OPINION_GIVEN = "opinion_given"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    WITHDRAWN = "withdrawn"
    OVERDUE = "overdue"
    DRAFTED = "drafted"
    CONTROLLED = "controlled"
    RETURNED = "returned"
    REGISTERED = "registered"
    ISSUED = "issued"
    DOWNLOADED = "downloaded"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True)
class Actor:
    """Who did something.

    Attributes:
        id: The person's or the staff member's id; empty for the system.
    """

    kind: ActorKind
    id: str = ""

    @classmethod
    def person(cls, person_id: str) -> Actor:
        """The applicant."""
        return cls(ActorKind.PERSON, person_id)

    @classmethod
    def staff(cls, staff_id: str) -> Actor:
        """One of the staff."""
        return cls(ActorKind.STAFF, staff_id)


SYSTEM = Actor(ActorKind.SYSTEM)


@dataclass(frozen=True)
class Move:
    """One line of a request's history, never changed and never taken away.

    Attributes:
        came_from: None for the first one.
        reason: A key of a closed list; never free text, which may speak of health.
    """

    at: datetime
    by: Actor
    action: Action
    came_from: Stage | None
    to: Stage
    reason: str = ""


@dataclass(frozen=True)
class Terms:
    """How long things may take.

    Attributes:
        deposit_days: From submission to the deposit of the file.
        completion_days: From the list of missing pieces to their arrival.
        procedure_days: From the complete deposit to the decision (law 55-19: 60).
    """

    deposit_days: int
    completion_days: int
    procedure_days: int


def last_day(start: datetime, days: int) -> date:
    """The last day of a term of `days` that runs from the moment `start`, by the calendar of Morocco."""
    return civil_date(start) + timedelta(days=days)
