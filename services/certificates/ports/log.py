"""The public log of what happens to certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from libs.contracts.issuance_log.tiles import Tile
from services.certificates.domain.log import Head, LogIntent, LogReceipt


class Log(Protocol):
    """The public log of what happens to certificates."""

    async def append(self, intent: LogIntent) -> LogReceipt:
        """Where that change stands in the log; it is written unless an earlier attempt wrote it.

        Its moment becomes that of the entry before, where it would be earlier.
        """
        ...


class LogVoids(Protocol):
    """Looks after entries that never took effect: a crash or another's faster change came in between."""

    async def void_unused(self, before: datetime, at: datetime) -> int:
        """Have the log say that those from before that moment are void; returns how many there were."""
        ...


class LogTree(Protocol):
    """The public log as its readers see it: a Merkle tree (RFC 6962) with signed heads."""

    @property
    def key(self) -> str:
        """The public key of the heads, on one line; it begins with the log's name and a plus sign."""
        ...

    async def newest(self) -> Head | None:
        """The newest head that was published, or None."""
        ...

    async def publish(self) -> Head:
        """The head of all entries that there are, signed unless it was.

        Raises:
            LogBroken: What is stored no longer leads to the last head.
        """
        ...

    async def tile(self, tile: Tile) -> bytes | None:
        """A tile's or a bundle's bytes, or None where the published tree isn't that large."""
        ...

    async def leaf(self, index: int) -> bytes:
        """The bytes of an entry that is there."""
        ...

    async def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """The proof that entry `index` is among the first `size`, the lowest hash first."""
        ...

    async def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """The proof that the log of `new` entries begins with that of `old`."""
        ...
