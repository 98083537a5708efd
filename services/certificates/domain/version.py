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
    """

    version: int
    number: str
    code_hash: str
    issued_on: date
    approval: Approval


@dataclass(frozen=True)
class Paper:
    """A stored PDF.

    Attributes:
        sha256: Of its bytes, in hex: what the seal signs.
    """

    paper_id: str
    sha256: str


@dataclass(frozen=True)
class Seal:
    """The ministry's detached signature over a PDF's SHA-256.

    It is an ES256 signature by the platform's own key, not a qualified one in the sense of law 43-20.

    Attributes:
        signature: r and s, 64 bytes, in base64url without padding (RFC 7518, section 3.4).
        key_id: The RFC 7638 thumbprint of the key that made it.
    """

    signature: str
    key_id: str


@dataclass(frozen=True)
class Version:
    """An issued version.

    Attributes:
        valid_until: The last day, or None for ever.
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


def standing(version: Version, today: date) -> Standing:
    """What `version` is worth on `today`."""
    if version.status is CertificateStatus.VALID and version.valid_until and version.valid_until < today:
        return Standing.EXPIRED
    return Standing(version.status)
