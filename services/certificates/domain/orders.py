"""What may be asked about an issued certificate: another version of it, or another status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.certificates.domain.version import Approval, VersionKind


class OrderKind(StrEnum):
    """Which status the certificate in force shall have."""

    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"


class RevocationReason(StrEnum):
    """Why a certificate is revoked; it stays inside the house."""

    FORGERY = "forgery"
    ERROR = "error"
    APPEAL = "appeal"
    DEATH = "death"


@dataclass(frozen=True)
class Seizure:
    """The paper was seized (law 07.92, article 24).

    Attributes:
        by: Which authority seized it.
    """

    seized_on: date
    by: str


@dataclass(frozen=True)
class Order:
    """A change of status on its way through two people's hands.

    Attributes:
        approval: The signatory's; once it is there the change is carried out, whatever crashes meanwhile.
    """

    kind: OrderKind
    asked_by: str
    asked_at: datetime
    approval: Approval | None = None


@dataclass(frozen=True)
class Grounds:
    """Why a status is to change: written about a person, so it is sealed.

    Attributes:
        reason: Of a revocation, and only of one.
    """

    kind: OrderKind
    at: datetime
    by: str
    text: str
    reason: RevocationReason | None = None
    seizure: Seizure | None = None


@dataclass(frozen=True)
class Reissue:
    """Another version under way; the one in force stays so until the other one is signed."""

    kind: VersionKind
    opened_by: str
    opened_at: datetime


@dataclass(frozen=True)
class Wish:
    """What the holder says is wrong with the certificate, in the holder's words."""

    at: datetime
    text: str
