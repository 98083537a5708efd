"""The log's entries as a monitor rebuilds them: their tree, their order in time, who claims them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deploy.log_monitor.findings import Fault, Finding, Rules
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.entry import LogEntry, LogKind, NotAnEntry
from libs.contracts.issuance_log.merkle import folded, leaf_hash, node_hash, root_of
from libs.contracts.issuance_log.tiles import TILE_HEIGHT, Tile, hashes_in


@dataclass(frozen=True)
class Known:
    """What a monitor saw before and will never let be undone.

    Attributes:
        seen_at: When that head was seen: whatever is logged after it didn't happen long before.
    """

    head: Checkpoint
    seen_at: datetime


@dataclass
class Row:
    """The entries, one after the other.

    Attributes:
        entries: As they were read; None where one can't be.
        hashes: Of the entries.
        claimed: By the id of the public fact that an entry stands for.
        open: The indices of entries that no fact has claimed yet.
    """

    rules: Rules
    known: Known | None
    entries: list[LogEntry | None] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    claimed: dict[int, str] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    _edge: list[tuple[int, bytes]] = field(default_factory=list)
    _last: datetime | None = None

    @property
    def root(self) -> bytes:
        """The root over all entries."""
        return folded([subtree for _height, subtree in self._edge])

    def append(self, leaf: bytes, told_hash: bytes, now: datetime) -> list[Finding]:
        """Take in the next entry, and the hash of it that the log's tile tells."""
        index, hashed = len(self.hashes), leaf_hash(leaf)
        self._grow(hashed)
        found = []
        if hashed != told_hash:
            found.append(_at(index, Fault.TILE_WRONG, "the tile has another hash than the entry"))
        if self.known and len(self.hashes) == self.known.head.size and self.root != self.known.head.root:
            found.append(
                Finding(
                    Fault.HEAD_FORKED, f"head of {len(self.hashes)}", "not the history that was seen before"
                )
            )
        try:
            entry = LogEntry.decoded(leaf)
        except NotAnEntry as error:
            self.entries.append(None)
            return [*found, _at(index, Fault.ENTRY_UNREADABLE, str(error))]
        self.entries.append(entry)
        found += self._check_moment(index, entry, now)
        if entry.kind is LogKind.VOIDED:
            return found + self._void(index, entry)
        self.open.add(index)
        return found

    def check_tile(self, tile: Tile, data: bytes) -> list[Finding]:
        """Compare a tile of a higher level with the entries."""
        height = TILE_HEIGHT * (tile.level or 0)
        own = [root_of(self.hashes[n << height : (n + 1) << height]) for n in range(tile.begin, tile.end)]
        try:
            is_same = hashes_in(data) == own
        except ValueError:
            is_same = False
        return [] if is_same else [Finding(Fault.TILE_WRONG, tile.path, "the tile has other hashes")]

    def unpublished(self, now: datetime) -> list[Finding]:
        """The entries that stand for no public fact, though there was time to publish it."""
        found = []
        for index in sorted(self.open):
            entry = self.entries[index]
            if entry is not None and now - entry.at > self.rules.grace:
                found.append(_at(index, Fault.ENTRY_UNPUBLISHED, f"{entry.kind}, and no public fact says so"))
        return found

    def _grow(self, hashed: bytes) -> None:
        self.hashes.append(hashed)
        height = 0
        while self._edge and self._edge[-1][0] == height:
            hashed = node_hash(self._edge.pop()[1], hashed)
            height += 1
        self._edge.append((height, hashed))

    def _check_moment(self, index: int, entry: LogEntry, now: datetime) -> list[Finding]:
        found = []
        if self._last is not None and entry.at < self._last:
            found.append(_at(index, Fault.MOMENT_BACK, "its moment is before that of the entry before"))
        if entry.at > now + self.rules.skew:
            found.append(_at(index, Fault.MOMENT_AHEAD, "its moment is still to come"))
        known = self.known
        if known and index >= known.head.size and entry.at < known.seen_at - self.rules.grace:
            found.append(_at(index, Fault.MOMENT_BACKDATED, "it wasn't there when it says that it happened"))
        self._last = entry.at
        return found

    def _void(self, index: int, entry: LogEntry) -> list[Finding]:
        if entry.of is None or entry.of not in self.open:
            return [_at(index, Fault.VOID_WRONG, "it voids an entry that it can't")]
        self.open.discard(entry.of)
        return []


def check_head(head: Checkpoint, known: Checkpoint | None) -> list[Finding]:
    """Compare a head with an earlier one, before their entries are compared."""
    if known is None or head.size > known.size:
        return []
    where = f"head of {head.size}"
    if head.size < known.size:
        return [Finding(Fault.HEAD_SHRUNK, where, f"there were {known.size} entries")]
    if head.root != known.root:
        return [Finding(Fault.HEAD_FORKED, where, "another root was signed for the same size")]
    return []


def missing(head: Checkpoint, entries: Sequence[object], hashes: Sequence[object], begin: int) -> bool:
    """Whether fewer entries or hashes were given than the head covers."""
    return min(len(entries), len(hashes)) < head.size - begin


def _at(index: int, fault: Fault, what: str) -> Finding:
    return Finding(fault, f"entry {index}", what)
