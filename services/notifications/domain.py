"""Messages to people: what they are about and how far they have come, and the contacts they go to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID, uuid5

MAIL_TRIED_FOR: Final = timedelta(hours=72)
LEASE: Final = timedelta(minutes=1)

_NAMESPACE: Final = UUID("6f1f2f0e-54a5-5c0b-9b1e-7d0f8a3c2b41")
_FIRST_WAIT: Final = timedelta(seconds=15)
_LONGEST_WAIT: Final = timedelta(hours=1)
_DOUBLINGS: Final = 10


class Template(StrEnum):
    """The messages of the domain digest (sections 1 and 4), and those that only our own pages show."""

    FIRST_CODE = "E0"
    DEPOSIT_INVITED = "E1"
    REQUEST_RECEIVED = "E2"
    CERTIFICATE_READY = "E3"
    COMPLETION_REQUESTED = "E4"
    COMPLETION_RECEIVED = "E5"
    REQUEST_REFUSED = "E6"
    REQUEST_CLOSED = "E8"
    EXPIRING = "E9"
    STATUS_CHANGED = "E10"
    REISSUED = "E11"
    CODE_RESET = "E12"
    CODE_CHANGED = "E13"
    REGISTRATION_REPEATED = "repeated"
    WELCOME = "welcome"
    FILE_DEPOSITED = "deposited"
    HANDED_OVER = "handed-over"
    REISSUE_OPENED = "reissue-opened"
    REISSUE_DROPPED = "reissue-dropped"


_ONLY_IN_PAGES: Final = frozenset(
    {
        Template.WELCOME,
        Template.FILE_DEPOSITED,
        Template.HANDED_OVER,
        Template.REISSUE_OPENED,
        Template.REISSUE_DROPPED,
    }
)


class State(StrEnum):
    """How far a message has come; one that is never mailed is `in_app` from the start."""

    IN_APP = "in_app"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Item(StrEnum):
    """What a file can lack; `other` stands for what this service has no word for."""

    MEDICAL_FILE = "medical_file"
    MEDICAL_REPORT = "medical_report"
    IDENTITY_COPY = "identity_copy"
    BIRTH_CERTIFICATE = "birth_certificate"
    GUARDIAN_IDENTITY = "guardian_identity"
    PHOTOS = "photos"
    READABLE_SCAN = "readable_scan"
    EXAMINATION = "examination"
    OTHER = "other"


Variant = Literal[
    "",
    "withdrawn",
    "no_deposit",
    "not_completed",
    "suspended",
    "resumed",
    "revoked",
    "correction",
    "duplicate",
]


@dataclass(frozen=True)
class Address:
    """Where a person's mails go."""

    email: str


@dataclass(frozen=True)
class Contact:
    """A person as mails need to know them.

    Attributes:
        language: One in which there are words.
        active: False for an account that is closed: nothing more is mailed.
    """

    person_id: str
    language: str
    active: bool
    personal: Address | None


@dataclass(frozen=True)
class About:
    """What a message tells, without anything personal.

    Attributes:
        happened_at: The moment that the text names.
        expires_at: Until when the code in it opens anything.
        due_on: The last day for what it asks.
        variant: Which wording, where a template has several.
    """

    request_id: str | None = None
    reference: str = ""
    centre: str = ""
    happened_at: datetime | None = None
    expires_at: datetime | None = None
    due_on: date | None = None
    items: tuple[Item, ...] = ()
    variant: Variant = ""


@dataclass(frozen=True)
class Secret:
    """A single-use code on its way to its holder."""

    code: str


@dataclass(frozen=True)
class Message:
    """One message to one person.

    Attributes:
        next_at: When it may be tried next, in whole seconds; while it is `sending`, the end of the lease.
        give_up_at: From when trying on makes no sense.
        attempts: How often it was claimed.
        settled_at: When it was taken by a server or given up.
        personal: The code that it brings; forgotten as soon as it is settled.
    """

    id: str
    person_id: str
    template: Template
    language: str
    about: About
    created_at: datetime
    give_up_at: datetime
    state: State
    next_at: datetime | None
    attempts: int = 0
    settled_at: datetime | None = None
    personal: Secret | None = field(default=None)

    @property
    def wording(self) -> str:
        """Names its text among the translations."""
        return f"{self.template}.{self.about.variant}" if self.about.variant else str(self.template)

    def overdue(self, now: datetime) -> bool:
        """Whether trying on makes no sense any more."""
        return now >= self.give_up_at

    def claimed(self, now: datetime) -> Message:
        """In one process's hands until the lease ends, after which any may take it up again."""
        until = _whole_second(now) + LEASE
        return replace(self, state=State.SENDING, attempts=self.attempts + 1, next_at=until)

    def deferred(self, now: datetime) -> Message:
        """To be tried again: each wait is twice as long, up to an hour, none beyond the end of all trying."""
        wait = min(_FIRST_WAIT * 2 ** min(self.attempts - 1, _DOUBLINGS), _LONGEST_WAIT)
        return replace(self, state=State.QUEUED, next_at=_whole_second(min(now + wait, self.give_up_at)))

    def sent(self, now: datetime) -> Message:
        """Taken by a mail server."""
        return replace(self, state=State.SENT, next_at=None, settled_at=now, personal=None)

    def failed(self, now: datetime) -> Message:
        """Never to arrive."""
        return replace(self, state=State.FAILED, next_at=None, settled_at=now, personal=None)


def compose(
    event_id: str,
    contact: Contact,
    template: Template,
    about: About,
    now: datetime,
    secret: Secret | None = None,
) -> Message:
    """The message that an event calls for.

    Args:
        event_id: With the template it makes the id, so that a repeated event makes no second message.
        contact: Whom it goes to; a closed account gets no mail.
        template: Which message.
        about: What it tells; the code in it is worthless once `about.expires_at` has passed.
        now: The present moment.
        secret: The code that it brings.
    """
    mailed = template not in _ONLY_IN_PAGES and contact.active
    give_up_at = now + MAIL_TRIED_FOR
    return Message(
        id=message_id(event_id, template),
        person_id=contact.person_id,
        template=template,
        language=contact.language,
        about=about,
        created_at=now,
        give_up_at=min(give_up_at, about.expires_at) if about.expires_at else give_up_at,
        state=State.QUEUED if mailed else State.IN_APP,
        next_at=_whole_second(now) if mailed else None,
        personal=secret if mailed else None,
    )


def message_id(event_id: str, template: Template) -> str:
    """The id of the message that an event calls for (RFC 9562 section 5.5)."""
    return str(uuid5(_NAMESPACE, f"{event_id}|{template}"))


def known_items(names: Iterable[str]) -> tuple[Item, ...]:
    """The items of those names, each once; names that have no word here become one `other`."""
    known = {str(item) for item in Item}
    return tuple(dict.fromkeys(Item(name) if name in known else Item.OTHER for name in names))


def due_before(now: datetime) -> datetime:
    """The latest `next_at` that is due, in the form in which it is stored."""
    return _whole_second(now)


def _whole_second(moment: datetime) -> datetime:
    """Stored moments are compared as texts, which sort rightly only with the same number of digits."""
    return moment.replace(microsecond=0)
