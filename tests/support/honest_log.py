"""An honest issuance log with its public facts, invented from a seed, and one look of a monitor at it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.log_monitor.audit import Audit, PublicFact
from deploy.log_monitor.findings import Finding
from libs.chassis.clock import civil_date
from libs.chassis.notes import NoteSigner
from libs.contracts.certificates import CertificateStatus, CertificateStatusPublished
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.entry import STATUS_AFTER, LogEntry, LogKind, find_statement
from libs.contracts.issuance_log.merkle import leaf_hash, root_of

NAME: Final = "localhost:8080/log"
# In the past, since a broker refuses records from the future.
START: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
PUBLISH_AFTER: Final = timedelta(seconds=2)
LATER: Final = timedelta(hours=1)
_AFTER: Final = {
    CertificateStatus.VALID: (LogKind.SUSPENDED, LogKind.REVOKED, LogKind.SUPERSEDED),
    CertificateStatus.SUSPENDED: (LogKind.RESUMED, LogKind.REVOKED),
}


@dataclass
class Served:
    """What the world sees of a log at one moment.

    Attributes:
        seen: How many entries there were when the monitor looked the first time.
        note: The newest head; None for one that is signed over `leaves`.
        hashes: What the tiles tell; None for the hashes of `leaves`.
    """

    chance: random.Random
    signer: NoteSigner
    now: datetime = START
    leaves: list[bytes] = field(default_factory=list)
    facts: list[PublicFact] = field(default_factory=list)
    seen: int = 0
    seen_at: datetime = START
    note: str | None = None
    hashes: list[bytes] | None = None

    def head(self, size: int | None = None) -> Checkpoint:
        """The head over the first `size` entries."""
        taken = self.leaves[:size]
        return Checkpoint(NAME, len(taken), root_of([leaf_hash(leaf) for leaf in taken]))

    def log(self, entry: LogEntry) -> int:
        """Append an entry, whatever it says."""
        self.leaves.append(entry.encoded())
        return len(self.leaves) - 1

    def publish(self, told: CertificateStatusPublished, at: datetime | None = None) -> None:
        """Hand a fact to the broker."""
        self.facts.append(PublicFact(f"event-{len(self.facts)}", at or self.now + PUBLISH_AFTER, told))

    def record(self, told: CertificateStatusPublished, kind: LogKind) -> None:
        """Log and publish a change as the service does."""
        salt = self.chance.randbytes(32).hex()
        told = told.model_copy(update={"log_index": len(self.leaves), "log_salt": salt})
        statement = find_statement(told)
        assert statement is not None
        self.log(LogEntry(kind, told.changed_at, statement.commitment(salt)))
        self.publish(told)


def issue(served: Served, name: str, at: datetime | None = None) -> CertificateStatusPublished:
    """The fact of a new certificate, not yet logged."""
    moment = at or served.now
    return CertificateStatusPublished(
        certificate_id=name,
        number=f"2026/{len(served.facts):06d}",
        version=1,
        status=CertificateStatus.VALID,
        issued_on=civil_date(moment),
        valid_until=None,
        changed_at=moment,
        document_sha256=served.chance.randbytes(32).hex(),
    )


def honest(seed: int) -> Served:
    """A log's ordinary life: issues, and what becomes of some; one entry that never took effect."""
    chance = random.Random(seed)  # noqa: S311 - seeded
    served = Served(chance, NoteSigner(NAME, Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))))
    alive: list[CertificateStatusPublished] = []
    for half in (1, 2):
        served.seen, served.seen_at = len(served.leaves), served.now
        served.now += timedelta(minutes=5)
        for number in range(chance.randrange(8, 30)):
            served.now += timedelta(milliseconds=chance.randrange(0, 30_000))
            _live_on(served, alive, f"certificate-{half}-{number}")
        served.now += timedelta(minutes=5)
    _void_one(served)
    served.now += LATER
    return served


def _live_on(served: Served, alive: list[CertificateStatusPublished], name: str) -> None:
    if alive and served.chance.random() < 0.3:
        told = alive.pop(served.chance.randrange(len(alive)))
        kind = served.chance.choice(_AFTER[told.status])
        told = told.model_copy(update={"status": STATUS_AFTER[kind], "changed_at": served.now})
    else:
        told, kind = issue(served, name), LogKind.ISSUED
    served.record(told, kind)
    if told.status in _AFTER:
        alive.append(told)


def _void_one(served: Served) -> None:
    of = served.log(LogEntry(LogKind.SUSPENDED, served.now, "ab" * 32))
    served.log(LogEntry(LogKind.VOIDED, served.now, "cd" * 32, of))


@dataclass(frozen=True)
class Snapshot:
    """What is served at one moment, signed."""

    at: datetime
    note: str
    leaves: Sequence[bytes]
    hashes: Sequence[bytes]
    facts: Sequence[PublicFact]

    @classmethod
    def first(cls, served: Served) -> Snapshot:
        """What there was when the monitor looked the first time."""
        leaves = served.leaves[: served.seen]
        note = served.signer.sign(served.head(served.seen).text)
        hashes = [leaf_hash(leaf) for leaf in leaves]
        return cls(served.seen_at, note, leaves, hashes, served.facts[: served.seen])

    @classmethod
    def now(cls, served: Served) -> Snapshot:
        """What there is now."""
        note = served.note or served.signer.sign(served.head().text)
        hashes = served.hashes or [leaf_hash(leaf) for leaf in served.leaves]
        return cls(served.now, note, list(served.leaves), hashes, list(served.facts))


def looked(audit: Audit, snapshot: Snapshot) -> list[Finding]:
    """What a monitor finds in one look."""
    found = audit.take_facts(snapshot.facts)
    head, more = audit.open_head(snapshot.note)
    found += more
    if head is not None:
        new = slice(audit.size, head.size)
        found += audit.take_entries(head, snapshot.leaves[new], snapshot.hashes[new], snapshot.at)
    return found + audit.judge(snapshot.at)
