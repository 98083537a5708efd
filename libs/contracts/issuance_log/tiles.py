"""Tiles of a Merkle tree as they are fetched: names, widths and bytes (C2SP tlog-tiles)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from libs.contracts.issuance_log.merkle import HASH_BYTES

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
ENTRIES = "entries"

_LENGTH_BYTES = 2
_HIGHEST_LEVEL = 63
_GROUP = 1000
_PATH = re.compile(r"(?P<level>entries|\d{1,2})/(?P<n>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """One tile, or one bundle of entries.

    Attributes:
        level: From 0 for leaf hashes; None for the entries themselves.
        n: Its place in its level, from 0.
        width: How many hashes or entries it holds: 256 when it is full.
    """

    level: int | None
    n: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Its name below `tile/`."""
        groups = [f"{self.n % _GROUP:03d}"]
        rest = self.n // _GROUP
        while rest:
            groups.insert(0, f"x{rest % _GROUP:03d}")
            rest //= _GROUP
        level = ENTRIES if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"{level}/{'/'.join(groups)}{partial}"

    @property
    def begin(self) -> int:
        """The index, in its level, of its first hash or entry."""
        return self.n * TILE_WIDTH

    @property
    def end(self) -> int:
        """The index after its last."""
        return self.begin + self.width


def find_tile(path: str) -> Tile | None:
    """The tile of that name; None where it isn't a name, or isn't spelled as `Tile.path` spells it."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level = None if found["level"] == ENTRIES else int(found["level"])
    n = int(found["n"].replace("x", "").replace("/", ""))
    tile = Tile(level, n, int(found["width"] or TILE_WIDTH))
    is_exact = tile.path == path and tile.width <= TILE_WIDTH and (level or 0) <= _HIGHEST_LEVEL
    return tile if is_exact else None


def tiles_of(size: int, level: int | None = 0, after: int = 0) -> Iterator[Tile]:
    """The tiles of a level in a tree of `size` leaves, from the one that holds hash or entry `after` on."""
    there = size >> (TILE_HEIGHT * (level or 0))
    for n in range(after // TILE_WIDTH, -(-there // TILE_WIDTH)):
        yield Tile(level, n, min(TILE_WIDTH, there - n * TILE_WIDTH))


def hashes_in(data: bytes) -> list[bytes]:
    """The hashes that a tile's bytes hold.

    Raises:
        ValueError: There's a part of one.
    """
    if len(data) % HASH_BYTES:
        raise ValueError("a tile holds whole hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def bundled(entries: Sequence[bytes]) -> bytes:
    """Entries as one bundle: each behind its length, two bytes, big-endian."""
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES) + entry for entry in entries)


def entries_in(bundle: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        ValueError: It ends within one.
    """
    entries, at = [], 0
    while at < len(bundle):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(bundle[at:begin])
        if begin > len(bundle) or at > len(bundle):
            raise ValueError("a bundle ends with its last entry")
        entries.append(bundle[begin:at])
    return entries
