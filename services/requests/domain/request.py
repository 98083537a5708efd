"""A request for a certificate, from the receipt to its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict

from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Identifier
from libs.contracts.requests import DisabilityLine
from services.requests.domain.stages import Action, Actor, Channel, Move, Outcome, Stage
from services.requests.errors import SamePerson, WrongStage


class LookUp(StrEnum):
    """What the data bank said.

    Attributes:
        CONFLICT: The number is there with another birth date: told to the staff, never to the applicant.
    """

    FOUND = "found"
    MISSING = "missing"
    CONFLICT = "conflict"


class Piece(StrEnum):
    """What may be missing in a deposited file."""

    MEDICAL_FILE = "medical_file"
    MEDICAL_REPORT = "medical_report"
    IDENTITY_COPY = "identity_copy"
    BIRTH_CERTIFICATE = "birth_certificate"
    GUARDIAN_IDENTITY = "guardian_identity"
    PHOTOS = "photos"
    READABLE_SCAN = "readable_scan"
    EXAMINATION = "examination"


class RefusalReason(StrEnum):
    """Why a request may be refused."""

    CRITERIA_NOT_MET = "criteria_not_met"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    NOT_ENTITLED = "not_entitled"
    FALSE_DOCUMENTS = "false_documents"


@dataclass(frozen=True)
class Completion:
    """The one request for missing pieces.

    Attributes:
        received_at: None while they are awaited.
    """

    pieces: tuple[Piece, ...]
    asked_at: datetime
    due_on: date
    received_at: datetime | None = None


@dataclass(frozen=True)
class Opinion:
    """What the committee's doctor found.

    Attributes:
        valid_until: The last day of the certificate, or None for ever.
        by: The doctor's staff id.
    """

    lines: tuple[DisabilityLine, ...]
    valid_until: date | None
    by: str
    at: datetime


@dataclass(frozen=True)
class Refusal:
    """Why the request was refused, in the words that the applicant reads in the private space."""

    reason: RefusalReason
    text: str
    at: datetime


@dataclass(frozen=True)
class Certificate:
    """What this service keeps of the certificate; `certificates` owns it.

    Attributes:
        number: `YYYY/NNNNNN`.
        valid_until: The last day, or None for ever.
        status: What the newest version is worth; that it has ended is reckoned when it is read.
    """

    number: str
    issued_at: datetime
    issued_on: date
    valid_until: date | None
    downloaded_at: datetime | None = None
    handed_over_at: datetime | None = None
    status: CertificateStatus = CertificateStatus.VALID


@dataclass(frozen=True)
class MessageNote:
    """A mail about this request: which one and whether it arrived."""

    message_id: str
    template: str
    at: datetime
    sent: bool


@dataclass(frozen=True)
class Applicant:
    """The part of a request that is sealed: who asks, and all that speaks of health.

    Attributes:
        identifier: Copied from the account when the request was filed, like the birth date.
        family_name: As typed; may be empty.
        given_name: As typed; may be empty.
        completion_note: What the agent added to the list of missing pieces; may be empty.
    """

    identifier: Identifier
    birth_date: date
    family_name: str = ""
    given_name: str = ""
    completion_note: str = ""
    opinion: Opinion | None = None
    refusal: Refusal | None = None


class Told(TypedDict):
    """What every fact about a request says in clear."""

    request_id: str
    reference: str
    person_id: str
    centre: str


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        id: The form's token, so that a double click is one request.
        reference: `YYYY-NNNNNNN`, what people quote.
        centre: The centre's code.
        open: True until it ends; at most one per person.
        in_committee: Stage 2 as the committee's part of it.
        due_on: The last day for what the applicant has to do; None where nothing is awaited.
        deadline_on: The last day for the decision (law 55-19); None before a complete file is there.
        file_id: The medical file in the data bank.
        conflicting_file_id: A file with this number and another birth date, for the staff only.
        withdrawal_pending: Asked of `certificates`, whose answer is awaited.
        renews: The request whose certificate this one is to take the place of.
    """

    id: str
    reference: str
    person_id: str
    centre: str
    channel: Channel
    submitted_at: datetime
    stage: Stage = Stage.STARTED
    open: bool = True
    in_committee: bool = False
    outcome: Outcome | None = None
    history: tuple[Move, ...] = ()
    due_on: date | None = None
    deadline_on: date | None = None
    look_up: LookUp | None = None
    file_id: str | None = None
    conflicting_file_id: str | None = None
    completion: Completion | None = None
    withdrawal_pending: bool = False
    certificate: Certificate | None = None
    messages: tuple[MessageNote, ...] = ()
    renews: str | None = None
    personal: Applicant | None = None

    @property
    def applicant(self) -> Applicant:
        """The sealed part, which a request has as long as its person's key exists."""
        if self.personal is None:
            raise ValueError("a request without its applicant")
        return self.personal

    def told(self) -> Told:
        """What every fact about it says in clear."""
        return Told(
            request_id=self.id, reference=self.reference, person_id=self.person_id, centre=self.centre
        )

    def reached(self) -> dict[int, datetime]:
        """The moment of the latest entry into each stage that was entered."""
        entries = [move for move in self.history if move.came_from != move.to]
        return {int(move.to): move.at for move in entries}

    def stands_at(self, *stages: Stage) -> Request:
        """Itself, if it is open at one of `stages`.

        Raises:
            WrongStage: It isn't.
        """
        if not self.open or self.stage not in stages:
            raise self.misplaced()
        return self

    def misplaced(self) -> WrongStage:
        """The error that tells where it stands."""
        return WrongStage(stage=int(self.stage))

    def moved(self, action: Action, by: Actor, at: datetime, to: Stage, reason: str = "") -> Request:
        """At stage `to`, with a line of history."""
        move = Move(at, by, action, self.stage, to, reason)
        return replace(self, stage=to, in_committee=False, history=(*self.history, move))

    def noted(self, action: Action, by: Actor, at: datetime, reason: str = "") -> Request:
        """Where it stands, with a line of history."""
        move = Move(at, by, action, self.stage, self.stage, reason)
        return replace(self, history=(*self.history, move))

    def ended(self, action: Action, by: Actor, at: datetime, outcome: Outcome, reason: str = "") -> Request:
        """At stage 8, closed for good."""
        closed = self.moved(action, by, at, Stage.CLOSED, reason)
        return replace(closed, open=False, outcome=outcome, due_on=None, withdrawal_pending=False)

    def needs_another_than(self, by: Actor, *actions: Action) -> None:
        """Check that `by` didn't do one of `actions` on this file: deciding takes two people.

        Raises:
            SamePerson: They did.
        """
        if any(move.by == by and move.action in actions for move in self.history):
            raise SamePerson
