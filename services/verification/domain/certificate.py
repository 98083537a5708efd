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

_BULLETS: Final = "•••"


class Verdict(StrEnum):
    """What a typed code comes to."""

    VALID = "valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    MALFORMED = "malformed"


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
    """

    certificate_id: str
    person_id: str
    versions: tuple[Version, ...]
    code_hashes: tuple[str, ...]
    personal: Printed | None

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
    """A public key with which a page checks what a QR code says, without asking anybody.

    Attributes:
        jwk: As published (RFC 7517); payloads name it by its `kid`.
    """

    jwk: dict[str, str]
    published_at: datetime


@dataclass(frozen=True)
class Shown:
    """What a code alone opens.

    Attributes:
        arabic_name: Masked, as is `latin_name`.
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
    shown: Shown | None = None
    suggestions: tuple[str, ...] = ()

    @property
    def content_may_follow(self) -> bool:
        """Whether the printed content is shown for the right birth date."""
        return self.verdict in _IN_FORCE_ONCE


def answer_of(version: Version, printed: PrintedPerson, today: date) -> Answer:
    """What a known code says."""
    verdict = version.verdict(today)
    shown = Shown(
        number=version.number,
        issued_on=version.issued_on,
        valid_until=version.valid_until,
        arabic_name=masked(f"{printed.arabic_given_name} {printed.arabic_family_name}"),
        latin_name=masked(f"{printed.latin_given_name} {printed.latin_family_name}"),
        since=None if verdict in _IN_FORCE_ONCE else version.changed_at,
        superseded_by=version.superseded_by,
    )
    return Answer(verdict, shown)


def is_born_on(printed: PrintedPerson, typed: date) -> bool:
    """Whether it is the birth date, told in the same time for every wrong one.

    Where the register knows only the year, the certificate's date is the first of January of that year.
    """
    return hmac.compare_digest(printed.birth_date.isoformat(), typed.isoformat())


def masked(name: str) -> str:
    """The first letter of each part with its marks, then bullets, always as many: lengths tell names, too."""
    return " ".join(_first_letter(part) + _BULLETS for part in name.split())


def _first_letter(part: str) -> str:
    end = 1
    while end < len(part) and unicodedata.combining(part[end]):
        end += 1
    return part[:end]
