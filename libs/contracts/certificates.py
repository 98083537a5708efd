"""Facts that certificates publishes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from libs.contracts.event import Data, Event, SealedEvent
from libs.contracts.requests import PrintedPerson


class CertificateStatus(StrEnum):
    """What a version of a certificate is worth; expiry is computed when read, never stored."""

    VALID = "valid"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class CertificateEvent(Event):
    """What every fact about a certificate says in clear; its id is the id of the request that it answers."""

    certificate_id: str
    request_id: str
    person_id: str
    centre: str


class CertificateDrafted(CertificateEvent):
    """The draft is ready for control (stage 4 to 5)."""

    topics = ("certificates.facts",)


class CertificateChecked(CertificateEvent):
    """The controller found it correct (stage 5 to 6)."""

    topics = ("certificates.facts",)


class CertificateReturned(CertificateEvent):
    """It went back to drafting (stage 5, 6 or 7 to 4); the reason stays with the staff."""

    topics = ("certificates.facts",)

    from_stage: int


class CertificateRegistered(CertificateEvent):
    """It has its number (stage 6 to 7)."""

    topics = ("certificates.facts",)

    number: str


class CertificateIssued(CertificateEvent):
    """It is sealed and in force (stage 7 to 8).

    Attributes:
        number: `YYYY/NNNNNN`.
        valid_until: The last day, or None for ever.
    """

    topics = ("certificates.facts",)

    number: str
    issued_on: date
    valid_until: date | None


class CertificateDownloaded(CertificateEvent):
    """Its holder took the PDF."""

    topics = ("certificates.facts",)

    downloaded_at: datetime


class CertificateHandedOver(CertificateEvent):
    """It was handed over at the desk, against identity and signature."""

    topics = ("certificates.facts",)

    handed_over_at: datetime


class DraftCancelled(CertificateEvent):
    """It will not be issued: its request was withdrawn before the signature."""

    topics = ("certificates.facts",)


class CertificateVersion(Data):
    """One version of a certificate as a verifier must know it.

    Attributes:
        code_hash: SHA-256, in hex, of the 16-character verification code without its check character.
    """

    version: int
    number: str
    code_hash: str
    status: CertificateStatus
    issued_on: date
    valid_until: date | None


class PrintedContent(Data):
    """What all versions print, in the order of `CertificateState.versions`."""

    versions: tuple[PrintedPerson, ...]


class CertificateState(SealedEvent, CertificateEvent):
    """A certificate with all its versions, as it stands now."""

    topics = ("certificates.state",)
    secret = PrintedContent

    versions: tuple[CertificateVersion, ...]


class CertificateStatusPublished(Event):
    """What partners follow: status without a person.

    Attributes:
        document_sha256: In hex, of the PDF but for its signature's slot.
        log_index: Of this change's entry in the issuance log, from 0.
        log_salt: In hex, of that entry's commitment, which is made from this fact (docs/log.md).
    """

    topics = ("certificates.public",)

    certificate_id: str
    number: str
    version: int
    status: CertificateStatus
    issued_on: date
    valid_until: date | None
    changed_at: datetime
    document_sha256: str | None = None
    log_index: int | None = None
    log_salt: str | None = None
