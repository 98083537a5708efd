"""Certificates as the public may know them, and what a code says of one."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.requests import PrintedPerson

BULLETS: Final = "•••"


class Verdict(StrEnum):
    """What a typed code comes to."""

    VALID = "valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    MALFORMED = "malformed"


class Reason(StrEnum):
    """Why a code comes to that, told apart as far as it changes what to do; stable for programs."""

    VALID = "valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUPERSEDED_BY_CORRECTION = "superseded-by-correction"
    DUPLICATE_ISSUED = "duplicate-issued"
    RENEWED = "renewed"
    UNKNOWN = "unknown"
    MALFORMED_LENGTH = "malformed-length"
    MALFORMED_CHARACTERS = "malformed-characters"
    MALFORMED_CHECK = "malformed-check"
    MODEL_STALE = "model-stale"
    IN_DOUBT = "in-doubt"


_SUPERSEDED: Final = {
    None: Reason.SUPERSEDED,
    SupersededBy.CORRECTION: Reason.SUPERSEDED_BY_CORRECTION,
    SupersededBy.DUPLICATE: Reason.DUPLICATE_ISSUED,
    SupersededBy.RENEWAL: Reason.RENEWED,
}
_IN_FORCE_ONCE: Final = frozenset({Verdict.VALID, Verdict.EXPIRED})


@dataclass(frozen=True)
class Version:
    """One version of a certificate.

    Attributes:
        code_hash: SHA-256, in hex, of its verification code.
        valid_until: The last day, or None for ever.
        changed_at: Since when it has this status; None where that isn't known.
        superseded_by: What came in its place, of a superseded one.
        status_index: Its place in the status list; None on what was issued before there was one.
    """

    number: str
    code_hash: str
    status: CertificateStatus
    issued_on: date
    valid_until: date | None
    changed_at: datetime | None = None
    superseded_by: SupersededBy | None = None
    status_index: int | None = None

    def verdict(self, today: date) -> Verdict:
        """What it is worth on a day; expiry is reckoned now, so that it needs no event."""
        if self.status is CertificateStatus.VALID and self.valid_until and self.valid_until < today:
            return Verdict.EXPIRED
        return Verdict(self.status.value)


@dataclass(frozen=True)
class Printed:
    """What all versions print, in their order."""

    versions: tuple[PrintedPerson, ...]


@dataclass(frozen=True)
class PublicCertificate:
    """A certificate with all its versions.

    Attributes:
        code_hashes: Those of all versions, by which it is found.
        packed: The rows of all versions, sealed under the service's own key, in base64; empty on a copy that
            was made before there were rows.
    """

    certificate_id: str
    person_id: str
    versions: tuple[Version, ...]
    code_hashes: tuple[str, ...]
    personal: Printed | None
    packed: str = ""

    def find_version(self, code_hash: str) -> tuple[Version, PrintedPerson] | None:
        """The version of a code and what it prints, or None."""
        if self.personal is None:
            return None
        for version, printed in zip(self.versions, self.personal.versions, strict=True):
            if hmac.compare_digest(version.code_hash, code_hash):
                return version, printed
        return None


@dataclass(frozen=True)
class VerifierKey:
    """A public key with which QR payloads or status lists are checked without asking anybody.

    Attributes:
        jwk: As published (RFC 7517); what it signed names it by its `kid`.
        withdrawn_at: Since when nothing that it signed is to be believed any more.
    """

    jwk: dict[str, str]
    published_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """What a code alone opens.

    Attributes:
        arabic_name: Masked, as is `latin_name`; empty once the person is erased.
        since: From when on it is no longer in force; None where it is, or where that isn't known.
        superseded_by: What came in its place, of a superseded one.
    """

    number: str
    issued_on: date
    valid_until: date | None
    arabic_name: str
    latin_name: str
    since: datetime | None = None
    superseded_by: SupersededBy | None = None


@dataclass(frozen=True)
class Answer:
    """What is said to somebody who typed a code.

    Attributes:
        shown: None for a code that is unknown or malformed.
        suggestions: Codes that differ from a malformed one by a likely slip; whether they exist isn't known.
    """

    verdict: Verdict
    reason: Reason
    shown: Shown | None = None
    suggestions: tuple[str, ...] = ()

    @property
    def content_may_follow(self) -> bool:
        """Whether the printed content is shown for the right birth date."""
        return content_may_follow(self.verdict)


def answer_of(version: Version, arabic_initials: str, latin_initials: str, today: date) -> Answer:
    """What a known code says.

    Args:
        version: Found by the code.
        arabic_initials: As `initials` gives them.
        latin_initials: The same.
        today: In Morocco.
    """
    verdict = version.verdict(today)
    shown = Shown(
        number=version.number,
        issued_on=version.issued_on,
        valid_until=version.valid_until,
        arabic_name=bulleted(arabic_initials),
        latin_name=bulleted(latin_initials),
        since=None if verdict in _IN_FORCE_ONCE else version.changed_at,
        superseded_by=version.superseded_by,
    )
    superseded = verdict is Verdict.SUPERSEDED
    reason = _SUPERSEDED[version.superseded_by] if superseded else Reason(verdict.value)
    return Answer(verdict, reason, shown)


def content_may_follow(verdict: Verdict) -> bool:
    """Whether the printed content is shown for the right birth date."""
    return verdict in _IN_FORCE_ONCE


def is_born_on(printed: PrintedPerson, typed: date) -> bool:
    """Whether it is the birth date, told in the same time for every wrong one.

    Where the register knows only the year, the certificate's date is the first of January of that year.
    """
    return hmac.compare_digest(printed.birth_date.isoformat(), typed.isoformat())


def masked(name: str) -> str:
    """The first letter of each part with its marks, then bullets, always as many: lengths tell names, too."""
    return bulleted(initials(name))


def initials(name: str) -> str:
    """The first letter of each part with its marks, a space between."""
    return " ".join(_first_letter(part) for part in name.split())


def bulleted(letters: str) -> str:
    """How initials are shown."""
    return " ".join(letter + BULLETS for letter in letters.split())


def _first_letter(part: str) -> str:
    end = 1
    while end < len(part) and unicodedata.combining(part[end]):
        end += 1
    return part[:end]
