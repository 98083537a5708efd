"""The comparison of the log with itself, with what was seen before and with the public facts; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from deploy.log_monitor.entries import Known, Row, check_head, missing
from deploy.log_monitor.findings import Fault, Finding, Rules
from libs.chassis.clock import civil_date
from libs.chassis.notes import NoteVerifier, NotSigned
from libs.contracts.certificates import CertificateStatusPublished
from libs.contracts.issuance_log.checkpoint import Checkpoint, NotACheckpoint
from libs.contracts.issuance_log.entry import STATUS_AFTER, LogEntry, LogKind, find_statement
from libs.contracts.issuance_log.tiles import Tile

_ISSUES = frozenset({LogKind.ISSUED, LogKind.CORRECTED, LogKind.DUPLICATED})


@dataclass(frozen=True)
class PublicFact:
    """One record of `certificates.public`.

    Attributes:
        id: The event's.
        published_at: When the broker took it.
    """

    id: str
    published_at: datetime
    told: CertificateStatusPublished

    @property
    def where(self) -> str:
        """The fact, for a finding."""
        return f"fact {self.id} of certificate {self.told.certificate_id}, version {self.told.version}"


class Audit:
    """One monitor's view, from the first entry on.

    Args:
        verifier: The log's key; its name is the log's.
        rules: How much time honest work may take.
        known: The last head that an earlier run saw, if there was one.
    """

    def __init__(self, verifier: NoteVerifier, rules: Rules, known: Known | None = None) -> None:
        self._verifier = verifier
        self._rules = rules
        self._row = Row(rules, known)
        self._head = known.head if known else None
        self._waiting: dict[str, PublicFact] = {}
        self._judged: dict[str, CertificateStatusPublished] = {}
        self._told: set[Finding] = set()

    @property
    def size(self) -> int:
        """How many entries were taken in."""
        return len(self._row.hashes)

    @property
    def facts(self) -> int:
        """How many public facts were taken in."""
        return len(self._judged) + len(self._waiting)

    def open_head(self, note: str) -> tuple[Checkpoint | None, list[Finding]]:
        """Read a signed head and compare it with the last one.

        Returns:
            The head, or None where it isn't one to go on with; and what is wrong.
        """
        try:
            head = Checkpoint.read(self._verifier.opened(note))
        except (NotSigned, NotACheckpoint) as error:
            return None, self._new([Finding(Fault.HEAD_FORGED, "the newest head", str(error))])
        if head.origin != self._verifier.name:
            return None, self._new([Finding(Fault.HEAD_FORGED, "the newest head", "of another log")])
        found = check_head(head, self._head)
        return (None if found else head), self._new(found)

    def take_entries(
        self, head: Checkpoint, leaves: Sequence[bytes], hashes: Sequence[bytes], now: datetime
    ) -> list[Finding]:
        """Take in the entries from `size` on, up to the head's, with the hashes that its tiles tell."""
        if missing(head, leaves, hashes, self.size):
            return self._new(
                [Finding(Fault.ENTRIES_MISSING, f"head of {head.size}", "it covers more entries")]
            )
        found: list[Finding] = []
        for leaf, told_hash in zip(leaves, hashes, strict=False):
            found += self._row.append(leaf, told_hash, now)
        if self._row.root != head.root:
            found.append(Finding(Fault.ROOT_WRONG, f"head of {head.size}", "the entries have another root"))
        else:
            self._head = head
            self._row.known = Known(head, now)
        return self._new(found)

    def take_tile(self, tile: Tile, data: bytes) -> list[Finding]:
        """Compare a tile of a higher level with the entries that were taken in."""
        return self._new(self._row.check_tile(tile, data))

    def take_facts(self, facts: Iterable[PublicFact]) -> list[Finding]:
        """Take in public facts; the broker may give one more than once."""
        found = []
        for fact in facts:
            if self._rules.since and fact.published_at < self._rules.since:
                continue
            before = self._judged.get(fact.id) or getattr(self._waiting.get(fact.id), "told", None)
            if before is None:
                self._waiting[fact.id] = fact
            elif before != fact.told:
                found.append(Finding(Fault.FACT_TWICE, fact.where, "told again in other words"))
        return self._new(found)

    def judge(self, now: datetime) -> list[Finding]:
        """Compare facts and entries; what may still arrive in time is left for later."""
        found: list[Finding] = []
        for fact in list(self._waiting.values()):
            index = fact.told.log_index
            is_late = now - fact.published_at > self._rules.grace
            if index is not None and index >= self.size and not is_late:
                continue
            del self._waiting[fact.id]
            self._judged[fact.id] = fact.told
            found += self._judge(fact)
        return self._new(found + self._row.unpublished(now))

    def _judge(self, fact: PublicFact) -> list[Finding]:
        statement, index, salt = find_statement(fact.told), fact.told.log_index, fact.told.log_salt
        if statement is None or index is None or salt is None:
            return [Finding(Fault.FACT_UNLOGGED, fact.where, "it names no entry")]
        entry = self._row.entries[index] if 0 <= index < self.size else None
        if entry is None:
            return [Finding(Fault.FACT_UNLOGGED, fact.where, f"there's no entry {index}")]
        if entry.commitment != statement.commitment(salt):
            return [Finding(Fault.FACT_DIFFERS, fact.where, f"entry {index} commits to something else")]
        if STATUS_AFTER.get(entry.kind) is not statement.status:
            return [Finding(Fault.FACT_DIFFERS, fact.where, f"entry {index} says {entry.kind}")]
        if index in self._row.claimed or index not in self._row.open:
            return [
                Finding(Fault.FACT_TWICE, fact.where, f"entry {index} stands for another fact, or is void")
            ]
        self._row.claimed[index] = fact.id
        self._row.open.discard(index)
        return self._check_times(fact, entry)

    def _check_times(self, fact: PublicFact, entry: LogEntry) -> list[Finding]:
        found = []
        if entry.at != fact.told.changed_at:
            found.append(Finding(Fault.FACT_BACKDATED, fact.where, "its moment isn't the entry's"))
        days = (civil_date(entry.at) - fact.told.issued_on).days
        if entry.kind in _ISSUES and not 0 <= days <= self._rules.issue_days:
            found.append(
                Finding(Fault.FACT_BACKDATED, fact.where, f"logged {days} days after its day of issue")
            )
        if entry.at > fact.published_at + self._rules.skew:
            found.append(Finding(Fault.FACT_EARLY, fact.where, "published before it was logged"))
        if fact.published_at - entry.at > self._rules.publish_within:
            found.append(Finding(Fault.FACT_LATE, fact.where, "published long after it was logged"))
        return found

    def _new(self, found: Iterable[Finding]) -> list[Finding]:
        """Those that weren't told before."""
        fresh = [finding for finding in dict.fromkeys(found) if finding not in self._told]
        self._told.update(fresh)
        return fresh
