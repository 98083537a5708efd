"""Facts that requests publishes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from libs.contracts.event import Data, Event, SealedEvent
from libs.contracts.people import Identifier, Precision, Sex


class Category(StrEnum):
    """What is impaired (domain digest, section 3)."""

    MENTAL = "mental"
    MOTOR = "motor"
    HEARING = "hearing"
    VISUAL = "visual"


class Degree(StrEnum):
    """How much (decree 2.97.218)."""

    MILD = "mild"
    MODERATE = "moderate"
    PROFOUND = "profound"


class Duration(StrEnum):
    """For how long (law 07.92, article 2)."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"


class DisabilityLine(Data):
    """One line of the committee's opinion.

    Attributes:
        companion: True where the person needs one, who then shares the priority (law 07.92, article 23).
    """

    category: Category
    degree: Degree
    duration: Duration
    companion: bool


class RequestEvent(Event):
    """What every fact about a request says in clear."""

    request_id: str
    reference: str
    person_id: str
    centre: str


class RequestSubmitted(RequestEvent):
    """A request was filed; its receipt carries the reference.

    Attributes:
        renews: The certificate that ends soon or has ended, where this request is for its renewal.
    """

    topics = ("requests.facts",)

    submitted_at: datetime
    channel: Literal["online", "desk"]
    renews: str | None = None


class MedicalFileFound(RequestEvent):
    """The data bank holds this person's medical file: number and full birth date match."""

    topics = ("requests.facts",)


class MedicalFileMissing(RequestEvent):
    """The data bank holds no such file: the person must deposit one."""

    topics = ("requests.facts",)


class FileDeposited(RequestEvent):
    """The centre received the paper file."""

    topics = ("requests.facts",)

    deposited_at: datetime


class CompletionRequested(RequestEvent):
    """The file is incomplete; all gaps are listed, once (law 55-19)."""

    topics = ("requests.facts",)

    items: tuple[str, ...]
    due_on: date


class CompletionReceived(RequestEvent):
    """The missing pieces came."""

    topics = ("requests.facts",)


class PrintedPerson(Data):
    """What the certificate prints of its holder, as entered in stage 1, and the committee's opinion."""

    arabic_family_name: str
    arabic_given_name: str
    latin_family_name: str
    latin_given_name: str
    sex: Sex
    birth_date: date
    birth_precision: Precision
    birth_place: str
    identifier: Identifier
    disabilities: tuple[DisabilityLine, ...]


class RequestApproved(SealedEvent, RequestEvent):
    """The committee's opinion is favourable.

    Attributes:
        valid_until: The last day, or None for a permanent disability.
        centre_name: The Arabic name of the centre's place, which the certificate prints.
        renews: The certificate in whose place the new one comes.
    """

    topics = ("requests.facts",)
    secret = PrintedPerson

    approved_at: datetime
    valid_until: date | None
    centre_name: str = ""
    renews: str | None = None


class RequestRefused(RequestEvent):
    """The request was refused; the reason is told in the private space, never by mail."""

    topics = ("requests.facts",)

    refused_at: datetime


class WithdrawalRequested(RequestEvent):
    """The applicant wants to withdraw while the certificate is being prepared: certificates answers."""

    topics = ("requests.facts",)


class RequestClosed(RequestEvent):
    """The request ended without a certificate."""

    topics = ("requests.facts",)

    outcome: Literal["withdrawn", "no_deposit", "not_completed"]
    closed_at: datetime
