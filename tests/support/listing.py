"""Status lists over memory: where they are kept, how fresh the model is, and what the store says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from libs.chassis.lease import SoleLease
from services.verification.adapters.list_key import FileListKey
from services.verification.adapters.status_bits import StatusBits
from services.verification.domain.packed import place_of
from services.verification.domain.status_list import ListHead, PublishedList, listed_as
from services.verification.ports import Listing
from tests.support.answering import Memory
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

    async def forget(self) -> None:
        self.kept.clear()


@dataclass(frozen=True)
class MemoryStatuses:
    """The statuses of the rows from which a test's service answers."""

    memory: Memory

    def packed(self) -> Sequence[bytes]:
        bits = StatusBits()
        for key, row in self.memory.table:
            index, status = place_of(row)
            if index is not None:
                bits.note(index, listed_as(status, doubted=self.memory.is_doubted(key)))
        return bits.packed()


def own_key() -> FileListKey:
    """A key of lists that is nobody else's."""
    return FileListKey(generate_private_key(SECP256R1()))


def listing(memory: Memory) -> Listing:
    """What lists are made with, over memory."""
    return Listing(ORIGIN, own_key(), MemoryStatuses(memory), MemoryStatusLists(), SoleLease())
