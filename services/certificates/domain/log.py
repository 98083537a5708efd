"""What of a certificate's life stands in the public log, and what comes back when it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from libs.contracts.certificates import CertificateStatus
from libs.contracts.issuance_log.entry import LogKind, Statement
from services.certificates.domain.version import Version, VersionKind

_OF_A_NEW_ONE = {
    VersionKind.FIRST: LogKind.ISSUED,
    VersionKind.CORRECTION: LogKind.CORRECTED,
    VersionKind.DUPLICATE: LogKind.DUPLICATED,
}
_OF_A_CHANGE = {
    CertificateStatus.VALID: LogKind.RESUMED,
    CertificateStatus.SUSPENDED: LogKind.SUSPENDED,
    CertificateStatus.SUPERSEDED: LogKind.SUPERSEDED,
    CertificateStatus.REVOKED: LogKind.REVOKED,
}


@dataclass(frozen=True)
class LogIntent:
    """What is about to become true of a version and must stand in the log first.

    Attributes:
        key: The same for every attempt at one change, so that it is logged once.
        statement: What the entry will commit to; its moment is moved on where the log is further.
    """

    key: str
    kind: LogKind
    statement: Statement


@dataclass(frozen=True)
class LogReceipt:
    """Where an entry stands.

    Attributes:
        index: From 0.
        salt: Of the commitment, in hex.
        at: The entry's moment: that of the first attempt, and never before that of the entry before.
    """

    index: int
    salt: str
    at: datetime


def intent_of(certificate_id: str, version: Version, kind: LogKind, at: datetime) -> LogIntent:
    """What to log of a version.

    Args:
        certificate_id: Whose version it is.
        version: As it will be, with its new status, and still with the log index of its last entry.
        kind: What happens to it.
        at: The moment.
    """
    before = "first" if version.log_index is None else version.log_index
    key = f"{certificate_id}/{version.version}/{kind}/{before}"
    return LogIntent(key, kind, statement_of(certificate_id, version, at))


def statement_of(certificate_id: str, version: Version, at: datetime) -> Statement:
    """What an entry about a version commits to.

    Args:
        certificate_id: Whose version it is.
        version: With the status that the entry is about.
        at: The entry's moment.
    """
    return Statement(
        certificate_id=certificate_id,
        number=version.number,
        version=version.version,
        status=version.status,
        document_sha256=version.document_sha256 or version.paper.sha256,
        issued_on=version.issued_on,
        valid_until=version.valid_until,
        changed_at=at,
    )


def kind_of(before: Version | None, after: Version) -> LogKind:
    """What happened to a version that is new, or worth something else than before."""
    if before is None:
        return _OF_A_NEW_ONE[after.kind]
    return _OF_A_CHANGE[after.status]


def logged(version: Version, receipt: LogReceipt) -> Version:
    """The version with its newest entry."""
    return replace(version, log_index=receipt.index, log_salt=receipt.salt, changed_at=receipt.at)


@dataclass(frozen=True)
class Head:
    """A signed head of the log.

    Attributes:
        size: How many entries it covers.
        note: The signed checkpoint.
    """

    size: int
    root: bytes
    note: str


@dataclass(frozen=True)
class Evidence:
    """What shows that a version stands in the log, for whoever holds it.

    Attributes:
        key: The log's public key, on one line.
        index: Of the version's newest entry.
        leaf: That entry's bytes.
        salt: In hex.
        statement: What the entry commits to.
        proof: From the entry's hash up to the head's root.
        head: A signed head that covers the entry.
    """

    key: str
    index: int
    leaf: bytes
    salt: str
    statement: Statement
    proof: Sequence[bytes]
    head: Head
