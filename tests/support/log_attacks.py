"""An honest log with its public facts, invented from a seed, and what a dishonest operator does to it.

The operator holds the log's key and writes everything that is served; what has reached the broker stays.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.log_monitor.audit import Audit, PublicFact
from deploy.log_monitor.findings import Fault, Finding
from libs.chassis.clock import civil_date
from libs.chassis.notes import NoteSigner
from libs.contracts.certificates import CertificateStatus, CertificateStatusPublished
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.entry import STATUS_AFTER, LogEntry, LogKind, find_statement
from libs.contracts.issuance_log.merkle import leaf_hash, root_of

NAME: Final = "localhost:8080/log"
START: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
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


def rewrite_an_entry_alone(served: Served) -> None:
    """The entry is another, its hash is not."""
    served.hashes = [leaf_hash(leaf) for leaf in served.leaves]
    served.note = served.signer.sign(served.head().text)
    _rewrite(served, served.chance.randrange(len(served.leaves)))


def rewrite_an_entry_and_its_tile(served: Served) -> None:
    """Entry and hash are others, the head is not."""
    served.note = served.signer.sign(served.head().text)
    _rewrite(served, served.chance.randrange(len(served.leaves)))


def rewrite_what_was_seen(served: Served) -> None:
    """The whole tree is made anew, over another history."""
    _rewrite(served, served.chance.randrange(served.seen))


def rewrite_what_was_not_seen(served: Served) -> None:
    """The whole tree is made anew, before the monitor saw it: the facts speak."""
    _rewrite(served, _published_index(served))


def remove_what_was_seen(served: Served) -> None:
    del served.leaves[served.chance.randrange(served.seen)]


def remove_what_was_not_seen(served: Served) -> None:
    del served.leaves[_published_index(served)]


def reorder(served: Served) -> None:
    one, other = served.chance.sample(range(len(served.leaves) - 2), 2)
    leaves = served.leaves
    leaves[one], leaves[other] = leaves[other], leaves[one]


def insert_in_the_past(served: Served) -> None:
    entry = LogEntry(LogKind.ISSUED, START, served.chance.randbytes(32).hex())
    served.leaves.insert(served.chance.randrange(served.seen), entry.encoded())


def backdate_the_day_of_issue(served: Served) -> None:
    """A certificate of today says that it was issued long ago."""
    told = issue(served, "late")
    days = served.chance.randrange(4, 1000)
    served.record(
        told.model_copy(update={"issued_on": told.issued_on - timedelta(days=days)}), LogKind.ISSUED
    )


def postdate_the_day_of_issue(served: Served) -> None:
    told = issue(served, "early")
    served.record(told.model_copy(update={"issued_on": told.issued_on + timedelta(days=2)}), LogKind.ISSUED)


def backdate_the_entry(served: Served) -> None:
    """Entry and fact agree on a moment before the last head was seen."""
    before = served.seen_at - timedelta(minutes=served.chance.randrange(3, 50))
    served.leaves[served.seen :] = []
    served.facts[served.seen :] = []
    served.record(issue(served, "backdated", before), LogKind.REVOKED)


def backdate_the_fact(served: Served) -> None:
    """The fact says another moment than the entry that commits to it."""
    told = issue(served, "backdated", served.now - timedelta(minutes=served.chance.randrange(1, 50)))
    salt = served.chance.randbytes(32).hex()
    told = told.model_copy(update={"log_index": len(served.leaves), "log_salt": salt})
    statement = find_statement(told)
    assert statement is not None
    served.log(LogEntry(LogKind.ISSUED, served.now, statement.commitment(salt)))
    served.publish(told)


def log_ahead_of_time(served: Served) -> None:
    """An entry is kept ready for a certificate of tomorrow."""
    served.record(issue(served, "tomorrow", served.now + timedelta(days=1)), LogKind.ISSUED)


def publish_without_an_entry(served: Served) -> None:
    served.publish(issue(served, "unlogged"), served.now - LATER)


def publish_with_anothers_entry(served: Served) -> None:
    index = served.chance.randrange(len(served.leaves))
    told = issue(served, "unlogged").model_copy(update={"log_index": index, "log_salt": "00" * 32})
    served.publish(told, served.now - LATER)


def publish_with_an_entry_that_never_comes(served: Served) -> None:
    told = issue(served, "unlogged").model_copy(
        update={"log_index": len(served.leaves) + served.chance.randrange(5), "log_salt": "00" * 32}
    )
    served.publish(told, served.now - LATER)


def publish_twice(served: Served) -> None:
    """Two facts stand on one entry."""
    served.publish(served.chance.choice(served.facts).told)


def publish_another_status(served: Served) -> None:
    """What was logged as revoked is published as valid."""
    served.record(issue(served, "revoked"), LogKind.REVOKED)


def log_without_publishing(served: Served) -> None:
    """A certificate is issued in secret."""
    at = LogEntry.decoded(served.leaves[-1]).at
    served.log(LogEntry(LogKind.ISSUED, at, served.chance.randbytes(32).hex()))


def void_what_was_published(served: Served) -> None:
    served.log(LogEntry(LogKind.VOIDED, served.now, "ef" * 32, _published_index(served)))


def fork(served: Served) -> None:
    """Another head for what the monitor has seen, over other entries."""
    served.leaves[served.seen :] = []
    served.facts[served.seen :] = []
    _rewrite(served, served.chance.randrange(served.seen))


def shrink(served: Served) -> None:
    """An older head is served again."""
    served.note = served.signer.sign(served.head(served.chance.randrange(served.seen)).text)


def sign_another_root(served: Served) -> None:
    root = served.chance.randbytes(32)
    served.note = served.signer.sign(replace(served.head(), root=root).text)


def sign_more_than_there_is(served: Served) -> None:
    head = served.head()
    served.note = served.signer.sign(replace(head, size=head.size + 1).text)


def forge_the_head(served: Served) -> None:
    """Somebody without the key signs."""
    other = NoteSigner(NAME, Ed25519PrivateKey.from_private_bytes(served.chance.randbytes(32)))
    served.note = other.sign(served.head().text)


def name_another_log(served: Served) -> None:
    served.note = served.signer.sign(replace(served.head(), origin="localhost:8080/other").text)


ATTACKS: Final[dict[Callable[[Served], None], frozenset[Fault]]] = {
    rewrite_an_entry_alone: frozenset({Fault.TILE_WRONG, Fault.ROOT_WRONG}),
    rewrite_an_entry_and_its_tile: frozenset({Fault.ROOT_WRONG}),
    rewrite_what_was_seen: frozenset({Fault.HEAD_FORKED, Fault.ROOT_WRONG}),
    rewrite_what_was_not_seen: frozenset({Fault.FACT_DIFFERS}),
    remove_what_was_seen: frozenset({Fault.HEAD_FORKED, Fault.ROOT_WRONG}),
    remove_what_was_not_seen: frozenset({Fault.FACT_DIFFERS, Fault.FACT_UNLOGGED}),
    reorder: frozenset({Fault.HEAD_FORKED, Fault.ROOT_WRONG, Fault.FACT_DIFFERS}),
    insert_in_the_past: frozenset({Fault.HEAD_FORKED, Fault.ROOT_WRONG}),
    backdate_the_day_of_issue: frozenset({Fault.FACT_BACKDATED}),
    postdate_the_day_of_issue: frozenset({Fault.FACT_BACKDATED}),
    backdate_the_entry: frozenset({Fault.MOMENT_BACKDATED}),
    backdate_the_fact: frozenset({Fault.FACT_BACKDATED}),
    log_ahead_of_time: frozenset({Fault.MOMENT_AHEAD}),
    publish_without_an_entry: frozenset({Fault.FACT_UNLOGGED}),
    publish_with_anothers_entry: frozenset({Fault.FACT_DIFFERS}),
    publish_with_an_entry_that_never_comes: frozenset({Fault.FACT_UNLOGGED}),
    publish_twice: frozenset({Fault.FACT_TWICE}),
    publish_another_status: frozenset({Fault.FACT_DIFFERS}),
    log_without_publishing: frozenset({Fault.ENTRY_UNPUBLISHED}),
    void_what_was_published: frozenset({Fault.VOID_WRONG, Fault.FACT_TWICE}),
    fork: frozenset({Fault.HEAD_FORKED}),
    shrink: frozenset({Fault.HEAD_SHRUNK}),
    sign_another_root: frozenset({Fault.ROOT_WRONG}),
    sign_more_than_there_is: frozenset({Fault.ENTRIES_MISSING}),
    forge_the_head: frozenset({Fault.HEAD_FORGED}),
    name_another_log: frozenset({Fault.HEAD_FORGED}),
}
"""Each attack, with the faults of which one must be found."""


def _published_index(served: Served) -> int:
    """An entry that the monitor hasn't seen and that a fact stands on: the last two are the void pair."""
    return served.chance.randrange(served.seen, len(served.leaves) - 2)


def _rewrite(served: Served, index: int) -> None:
    entry = LogEntry.decoded(served.leaves[index])
    rewritten = replace(entry, commitment=served.chance.randbytes(32).hex())
    served.leaves[index] = rewritten.encoded()
