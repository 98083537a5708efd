"""Status lists over memory: where they are kept, how fresh the model is, and what the store says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from libs.chassis.lease import SoleLease
from services.verification.adapters.list_key import FileListKey
from services.verification.adapters.status_bits import StatusBits
from services.verification.adapters.store import DECOY, VerificationStore
from services.verification.domain.status_list import ListHead, PublishedList, listed_as
from services.verification.ports import Listing
from tests.support.visitors import ORIGIN


@dataclass
class SetFreshness:
    """Freshness that a test sets by hand."""

    behind_s: float | None = 2.0

    def as_of_s(self) -> float | None:
        return self.behind_s

    def is_fresh(self) -> bool:
        return self.behind_s is not None and self.behind_s < 45


@dataclass
class MemoryStatusLists:
    """The published lists in a dictionary."""

    kept: dict[int, PublishedList] = field(default_factory=dict)

    async def heads(self) -> Sequence[ListHead]:
        return [self.kept[number].head for number in sorted(self.kept)]

    async def find(self, number: int) -> PublishedList | None:
        return self.kept.get(number)

    async def publish(self, published: PublishedList) -> None:
        there = self.kept.get(published.head.number)
        if there is None or there.head.as_of < published.head.as_of:
            self.kept[published.head.number] = published


@dataclass
class StoredStatuses:
    """The statuses of what a store holds; what a test doubts counts as doubted."""

    store: VerificationStore
    doubted: set[str] = field(default_factory=set)

    async def packed(self) -> Sequence[bytes]:
        bits = StatusBits()
        for stored in await self.store.certificates.find_by({}, limit=10_000):
            for version in stored.value.versions:
                if stored.id != DECOY and version.status_index is not None:
                    doubted = version.code_hash in self.doubted
                    bits.note(version.status_index, listed_as(version.status, doubted=doubted))
        return bits.packed()


def own_key() -> FileListKey:
    """A key of lists that is nobody else's."""
    return FileListKey(generate_private_key(SECP256R1()))


def listing(store: VerificationStore) -> Listing:
    """What lists are made with, over memory."""
    return Listing(ORIGIN, own_key(), StoredStatuses(store), MemoryStatusLists(), SetFreshness(), SoleLease())
