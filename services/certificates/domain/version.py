"""One version of a certificate: planned before it is signed, then issued, and what it is worth today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from libs.contracts.certificates import CertificateStatus


class Standing(StrEnum):
    """What a version is worth on a day; expiry is computed when read."""

    VALID = "valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class VersionKind(StrEnum):
    """Why there is a version."""

    FIRST = "first"
    CORRECTION = "correction"
    DUPLICATE = "duplicate"


class SealLevel(StrEnum):
    """The form of a seal.

    `DETACHED` is the first form: r and s over the file's digest, kept beside it. The others are PAdES levels
    (ETSI EN 319 142-1), in a slot of the file itself.
    """

    DETACHED = "detached"
    BASELINE_B = "B-B"
    BASELINE_LT = "B-LT"


@dataclass(frozen=True)
class Approval:
    """A signatory's will to sign.

    Attributes:
        authenticated_at: When the signatory last proved who they are.
    """

    signatory_id: str
    authenticated_at: datetime
    approved_at: datetime


@dataclass(frozen=True)
class SigningPlan:
    """What will be signed, recorded before anything is: a crash resumes from here.

    Attributes:
        version: Counts from 1.
        number: `YYYY/NNNNNN`.
        code_hash: SHA-256, in hex, of the verification code.
        issued_on: The day in Casablanca on which the signatory approved.
        kind: Why there will be this version.
        status_index: Its place in the status list; None on what was planned before there was one.
    """

    version: int
    number: str
    code_hash: str
    issued_on: date
    approval: Approval
    kind: VersionKind = VersionKind.FIRST
    status_index: int | None = None


@dataclass(frozen=True)
class PrintedPage:
    """A PDF that was set to be signed: the slot for its signature is empty.

    Attributes:
        sha256: Of its bytes, in hex.
        document_sha256: In hex, of what a seal of it covers: the file but for the signature's slot.
        shared: What it begins with, as every page of its shape does: nobody's values.
        shared_sha256: Of that, in hex.
        rest: The bytes behind that.
    """

    sha256: str
    document_sha256: str
    shared: bytes
    shared_sha256: str
    rest: bytes


@dataclass(frozen=True)
class Paper:
    """A stored PDF, as it was set: the slot for its signature is empty.

    Attributes:
        sha256: Of its bytes, in hex.
    """

    paper_id: str
    sha256: str


@dataclass(frozen=True)
class Kept:
    """A paper as it lies in the store.

    Attributes:
        document_sha256: In hex, of what a seal of it covers: the file but for the signature's slot.
    """

    paper: Paper
    document_sha256: str


@dataclass(frozen=True)
class Seal:
    """The ministry's signature of one PDF.

    It is made with the platform's own key: not a qualified signature in the sense of law 43-20.

    Attributes:
        key_id: The RFC 7638 thumbprint of the key that made it.
        cms: The CMS that stands in the PDF's slot, DER in base64; empty on a detached one.
        level: Its form.
        signature: Of a detached one: r and s, 64 bytes, in base64url without padding (RFC 7518, section 3.4).
    """

    key_id: str
    cms: str = ""
    level: SealLevel = SealLevel.DETACHED
    signature: str = ""


@dataclass(frozen=True)
class Proof:
    """What stands behind a version once it was stored, sealed and logged.

    Attributes:
        document_sha256: In hex, of what the seal covers: the file but for the signature's slot.
        changed_at: The moment that the log has for it.
    """

    paper: Paper
    seal: Seal
    document_sha256: str | None = None
    log_index: int | None = None
    log_salt: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Version:
    """An issued version.

    Attributes:
        valid_until: The last day, or None for ever.
        kind: Why there is this version.
        status_index: Its place in the status list; None on what was issued before there was one.
        document_sha256: In hex, of what the seal covers: the file but for the signature's slot. None on a
            detached seal, which covers the whole file.
        log_index: The newest log entry about this version; None on what was issued before there was one.
        log_salt: Of that entry's commitment, in hex.
        changed_at: Since when it has this status; None on what was issued before this was noted.
        reason: Why it has this status, as the public may know it; empty where there's nothing to say.
    """

    version: int
    number: str
    code_hash: str
    status: CertificateStatus
    issued_on: date
    valid_until: date | None
    paper: Paper
    seal: Seal
    approval: Approval
    kind: VersionKind = VersionKind.FIRST
    status_index: int | None = None
    document_sha256: str | None = None
    log_index: int | None = None
    log_salt: str = ""
    changed_at: datetime | None = None
    reason: str = ""


def standing(version: Version, today: date) -> Standing:
    """What `version` is worth on `today`."""
    if version.status is CertificateStatus.VALID and version.valid_until and version.valid_until < today:
        return Standing.EXPIRED
    return Standing(version.status)
