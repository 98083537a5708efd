"""Facts that certificates publishes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from libs.contracts.event import Data, Event, Heartbeat, SealedEvent
from libs.contracts.requests import PrintedPerson


class CertificateStatus(StrEnum):
    """What a version of a certificate is worth; expiry is computed when read, never stored."""

    VALID = "valid"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class SupersededBy(StrEnum):
    """What came in a version's place."""

    CORRECTION = "correction"
    DUPLICATE = "duplicate"
    RENEWAL = "renewal"


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


class ReissueEvent(CertificateEvent):
    """What every fact about another version says in clear."""

    kind: Literal["correction", "duplicate"]


class ReissueOpened(ReissueEvent):
    """Another version is being made; the one in force stays so until that one is signed."""

    topics = ("certificates.facts",)

    opened_at: datetime


class ReissueDropped(ReissueEvent):
    """There will be no other version, or what the holder told was found to be no mistake."""

    topics = ("certificates.facts",)

    dropped_at: datetime


class NewVersionEvent(CertificateEvent):
    """What every fact about a version in another one's place says in clear.

    Attributes:
        number: `YYYY/NNNNNN`, the one it always had.
        valid_until: The last day, or None for ever.
    """

    number: str
    version: int
    issued_on: date
    valid_until: date | None


class CertificateCorrected(NewVersionEvent):
    """A corrected version is in force and the one before it no longer, both in one step."""

    topics = ("certificates.facts",)


class CertificateDuplicated(NewVersionEvent):
    """A duplicate is in force and the one before it no longer, both in one step."""

    topics = ("certificates.facts",)


class CertificateSuperseded(CertificateEvent):
    """A renewal takes its place.

    Attributes:
        by_certificate_id: The renewal.
    """

    topics = ("certificates.facts",)

    by_certificate_id: str
    superseded_at: datetime


class CertificateSuspended(CertificateEvent):
    """It has no force until an inquiry ends."""

    topics = ("certificates.facts",)

    suspended_at: datetime


class CertificateResumed(CertificateEvent):
    """It is in force again."""

    topics = ("certificates.facts",)

    resumed_at: datetime


class CertificateRevoked(CertificateEvent):
    """It has no force any more, in none of its versions; why stays inside the house.

    Attributes:
        tell_holder: False where there's nobody left to write to.
    """

    topics = ("certificates.facts",)

    revoked_at: datetime
    tell_holder: bool = True


class CertificateExpiring(CertificateEvent):
    """Its last day is near: told once for each of the three terms.

    Attributes:
        days: 90, 60 or 30: within how many days it ends.
    """

    topics = ("certificates.facts",)

    days: int
    valid_until: date


class CertificateVersion(Data):
    """One version of a certificate as a verifier must know it.

    Attributes:
        code_hash: SHA-256, in hex, of the 16-character verification code without its check character.
        changed_at: Since when it has this status; None where that wasn't noted.
        superseded_by: What came in its place, of a superseded one.
        status_index: Its place in the status list; None on what was issued before there was one.
    """

    version: int
    number: str
    code_hash: str
    status: CertificateStatus
    issued_on: date
    valid_until: date | None
    changed_at: datetime | None = None
    superseded_by: SupersededBy | None = None
    status_index: int | None = None


class PrintedContent(Data):
    """What all versions print, in the order of `CertificateState.versions`."""

    versions: tuple[PrintedPerson, ...]


class CertificateState(SealedEvent, CertificateEvent):
    """A certificate with all its versions, as it stands now."""

    topics = ("certificates.state",)
    secret = PrintedContent

    versions: tuple[CertificateVersion, ...]


class CertificatesHeartbeat(Heartbeat):
    """Certificates publishes, once a second in each partition; what it proves is how fresh a copy is.

    Its key is `beat-` with the partition's number, so that compaction keeps one in each.
    """

    topics = ("certificates.state",)


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


class VerifierKeyPublished(Event):
    """A public key with which QR payloads are checked by anybody, without asking (RFC 7517).

    Attributes:
        key_id: How payloads name it, in base64url.
    """

    topics = ("certificates.keys",)

    key_id: str
    jwk: dict[str, str]
    published_at: datetime
