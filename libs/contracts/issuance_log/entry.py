"""An entry of the issuance log: what happened, when, and a salted commitment in the place of what it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256

from libs.contracts.certificates import CertificateStatus, CertificateStatusPublished

FORMAT = "khadamaty-log-1"
SALT_BYTES = 32

_MEMBERS = frozenset({"at", "commitment", "format", "kind", "of"})


class LogKind(StrEnum):
    """What happened to a version of a certificate."""

    ISSUED = "issued"
    CORRECTED = "corrected"
    DUPLICATED = "duplicated"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVOKED = "revoked"
    VOIDED = "voided"


STATUS_AFTER = {
    LogKind.ISSUED: CertificateStatus.VALID,
    LogKind.CORRECTED: CertificateStatus.VALID,
    LogKind.DUPLICATED: CertificateStatus.VALID,
    LogKind.SUPERSEDED: CertificateStatus.SUPERSEDED,
    LogKind.SUSPENDED: CertificateStatus.SUSPENDED,
    LogKind.RESUMED: CertificateStatus.VALID,
    LogKind.REVOKED: CertificateStatus.REVOKED,
}
"""The status that each kind of entry leads to; a voided one leads to none."""


class NotAnEntry(ValueError):
    """These bytes aren't an entry of this log."""


@dataclass(frozen=True)
class Statement:
    """What an entry commits to: a public fact, with nothing about its holder.

    Attributes:
        document_sha256: In hex, of the PDF but for its signature's slot.
        changed_at: The moment, UTC-aware, that stands in the entry too.
    """

    certificate_id: str
    number: str
    version: int
    status: CertificateStatus
    document_sha256: str
    issued_on: date
    valid_until: date | None
    changed_at: datetime

    def canonical(self, salt: str) -> bytes:
        """The bytes that are hashed: a JSON array in ASCII without spaces.

        Args:
            salt: In hex.
        """
        parts: list[str | int | None] = [
            FORMAT,
            salt,
            self.certificate_id,
            self.number,
            self.version,
            self.status.value,
            self.document_sha256,
            self.issued_on.isoformat(),
            self.valid_until.isoformat() if self.valid_until else None,
            written(self.changed_at),
        ]
        return json.dumps(parts, separators=(",", ":"), ensure_ascii=True).encode()

    def commitment(self, salt: str) -> str:
        """SHA-256, in hex, of the canonical bytes."""
        return sha256(self.canonical(salt)).hexdigest()


@dataclass(frozen=True)
class LogEntry:
    """One leaf of the log.

    Attributes:
        at: The moment, UTC-aware; never before that of the entry before.
        commitment: In hex.
        of: On a voided entry: the index of the entry that never took effect.
    """

    kind: LogKind
    at: datetime
    commitment: str
    of: int | None = None

    def encoded(self) -> bytes:
        """The leaf's bytes: a JSON object in ASCII, its members in order, without spaces."""
        members = {"at": written(self.at), "commitment": self.commitment, "format": FORMAT, "kind": self.kind}
        if self.of is not None:
            members |= {"of": str(self.of)}
        return json.dumps(members, separators=(",", ":"), sort_keys=True).encode()

    @classmethod
    def decoded(cls, leaf: bytes) -> LogEntry:
        """Read a leaf.

        Raises:
            NotAnEntry: It isn't written exactly as `encoded` writes.
        """
        try:
            members = json.loads(leaf)
            if not isinstance(members, dict) or not members.keys() <= _MEMBERS:
                raise NotAnEntry("other members")
            of = members.get("of")
            entry = cls(
                LogKind(members["kind"]),
                datetime.fromisoformat(members["at"]),
                str(members["commitment"]),
                None if of is None else int(of),
            )
            is_exact = entry.encoded() == leaf
        except (KeyError, TypeError, ValueError) as error:
            raise NotAnEntry(str(error)) from error
        if not is_exact:
            raise NotAnEntry("written in another way")
        return entry


def find_statement(fact: CertificateStatusPublished) -> Statement | None:
    """What the entry of a public fact commits to; None where the fact names no document."""
    if fact.document_sha256 is None:
        return None
    return Statement(
        certificate_id=fact.certificate_id,
        number=fact.number,
        version=fact.version,
        status=fact.status,
        document_sha256=fact.document_sha256,
        issued_on=fact.issued_on,
        valid_until=fact.valid_until,
        changed_at=fact.changed_at,
    )


def written(moment: datetime) -> str:
    """A moment as entries spell it: UTC, six digits of a second's fraction, `Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
