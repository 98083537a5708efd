"""Facts that identity publishes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from libs.contracts.event import Data, Event, SealedEvent
from libs.contracts.partners import PartnerPurpose, PartnerScope
from libs.contracts.people import IdentifierKind, PersonDetails, Role

Language = Literal["ar", "fr", "zgh"]


class CitizenRegistered(Event):
    """Somebody opened an account."""

    topics = ("identity.facts",)

    person_id: str
    identifier_kind: IdentifierKind
    language: Language
    registered_at: datetime


class RegistrationRepeated(Event):
    """Somebody tried to register a number that has an account: its holder is warned."""

    topics = ("identity.facts",)

    person_id: str
    attempted_at: datetime


class SecretCodeChanged(Event):
    """The holder chose a new secret code."""

    topics = ("identity.facts",)

    person_id: str
    changed_at: datetime


class SecretCode(Data):
    """The single-use code itself."""

    code: str


class SecretCodeIssued(SealedEvent):
    """A single-use code must reach its holder by mail."""

    topics = ("identity.codes",)
    secret = SecretCode

    reason: Literal["registered", "forgotten", "locked"]
    expires_at: datetime


class PersonState(SealedEvent):
    """Everything that neighbours keep of a person, as it stands now."""

    topics = ("identity.persons",)
    secret = PersonDetails

    language: Language
    active: bool = True


class PersonKeyShared(Event):
    """A person's key, wrapped once for each service that may read that person's sealed parts.

    Attributes:
        wrapped: Service name to base64 of nonce and AES-256-GCM of the key,
            under that service's key-encryption key.
    """

    topics = ("identity.keys",)

    person_id: str
    wrapped: dict[str, str]


class SigningKeyPublished(Event):
    """A public key with which session tokens are checked (RFC 7517)."""

    topics = ("identity.keys",)

    key_id: str
    jwk: dict[str, str]
    published_at: datetime


class StaffState(Event):
    """A staff member's roles and centres, as they stand now."""

    topics = ("identity.staff",)

    staff_id: str
    display_name: str
    roles: tuple[Role, ...]
    centres: tuple[str, ...]
    active: bool


class SessionRevoked(Event):
    """A session ended before its tokens did."""

    topics = ("identity.sessions",)

    session_id: str
    revoked_at: datetime


class PartnerState(Event):
    """A partner's system with what it may do, as it stands now.

    Attributes:
        purposes: Why it may ask; each question names one of them.
        scopes: What its tokens may be good for.
        webhook_hosts: Hosts to which its events may be sent.
        daily_quota: Certificates that it may ask about in a day.
        tokens_since: Tokens issued before are refused: keys were replaced or a suspension ended.
        kafka_principal: Its user on the broker; None where it has none.
        suspended_at: Since when it may do nothing; None where it may.
    """

    topics = ("identity.partners",)

    client_id: str
    display_name: str
    purposes: tuple[PartnerPurpose, ...]
    scopes: tuple[PartnerScope, ...]
    webhook_hosts: tuple[str, ...]
    daily_quota: int
    tokens_since: datetime
    kafka_principal: str | None = None
    suspended_at: datetime | None = None
