"""The issuance log in memory, built on the published definitions alone, for tests without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.chassis.notes import NoteSigner
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.entry import LogEntry
from libs.contracts.issuance_log.merkle import (
    Subtree,
    complete_subtrees,
    consistency_path,
    folded,
    inclusion_path,
    leaf_hash,
    root_of,
)
from libs.contracts.issuance_log.tiles import TILE_WIDTH, Tile, bundled
from services.certificates.domain.log import Head, LogIntent, LogReceipt

NAME = "localhost:8080/log"


@dataclass
class MemoryLog:
    """Keeps the log's entries in a list; a change that is logged again keeps its first entry."""

    kept: dict[str, tuple[LogIntent, LogReceipt]] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    signer: NoteSigner = field(default_factory=lambda: NoteSigner(NAME, Ed25519PrivateKey.generate()))
    head: Head | None = None
    swept: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.signer.verifier.text

    async def append(self, intent: LogIntent) -> LogReceipt:
        if intent.key in self.kept:
            return self.kept[intent.key][1]
        at = max(intent.statement.changed_at, self._last() or intent.statement.changed_at)
        receipt = LogReceipt(len(self.leaves), f"{len(self.leaves):064x}", at)
        commitment = replace(intent.statement, changed_at=at).commitment(receipt.salt)
        self.leaves.append(LogEntry(intent.kind, at, commitment).encoded())
        self.kept[intent.key] = (intent, receipt)
        return receipt

    async def void_unused(self, before: datetime, at: datetime) -> int:
        self.swept.append((before, at))
        return 0

    async def newest(self) -> Head | None:
        return self.head

    async def publish(self) -> Head:
        root = root_of(self._hashes())
        note = self.signer.sign(Checkpoint(NAME, len(self.leaves), root).text)
        self.head = Head(len(self.leaves), root, note)
        return self.head

    async def tile(self, tile: Tile) -> bytes | None:
        level = tile.level or 0
        size = 0 if self.head is None else self.head.size
        if tile.end > size >> (8 * level):
            return None
        if tile.level is None:
            return bundled(self.leaves[tile.begin : tile.end])
        row = self._hashes()[:size]
        for _ in range(level):
            row = [root_of(row[at : at + TILE_WIDTH]) for at in range(0, len(row), TILE_WIDTH)]
        return b"".join(row[tile.begin : tile.end])

    async def leaf(self, index: int) -> bytes:
        return self.leaves[index]

    async def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        return self._folded(inclusion_path(index, size))

    async def consistency(self, old: int, new: int) -> Sequence[bytes]:
        return self._folded(consistency_path(old, new))

    def _last(self) -> datetime | None:
        return LogEntry.decoded(self.leaves[-1]).at if self.leaves else None

    def _hashes(self) -> list[bytes]:
        return [leaf_hash(leaf) for leaf in self.leaves]

    def _folded(self, ranges: Sequence[Subtree]) -> list[bytes]:
        hashes = self._hashes()
        return [
            folded([root_of(hashes[start:stop]) for start, stop in complete_subtrees(begin, end)])
            for begin, end in ranges
        ]
