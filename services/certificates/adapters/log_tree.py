"""The issuance log's Merkle tree over what MongoDB holds: tiles, proofs, and heads that never contradict."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from libs.chassis.mongo import BulkWriteError, Database, Document, DuplicateKeyError, duplicates_in
from libs.chassis.notes import NoteSigner
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.merkle import (
    Subtree,
    complete_subtrees,
    consistency_path,
    folded,
    inclusion_path,
    root_of,
)
from libs.contracts.issuance_log.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, bundled
from services.certificates.adapters.log_store import MongoLogEntries
from services.certificates.domain.log import Head
from services.certificates.errors import LogBroken

_Rows = Mapping[tuple[int, int], tuple[int, Sequence[bytes]]]
"""By level and tile: where the hashes that were read begin in the level, and the hashes."""

_TILES_AT_ONCE = 64


class MongoLogTree:
    """Reads the tree and publishes its heads.

    The root of every full tile is kept, at each level, so that any hash of the tree takes a few short reads.
    A head is inserted once under its size and never replaced; before a new one is signed, the tree is folded
    again at the size of the last one and must give its root.

    Args:
        database: The service's own.
        entries: What the leaves are.
        signer: Of the heads, under the log's name.
    """

    def __init__(self, database: Database, entries: MongoLogEntries, signer: NoteSigner) -> None:
        self._entries = entries
        self._roots = database["log_tiles"]
        self._heads = database["log_heads"]
        self._signer = signer
        self._full: dict[int, int] = {}

    @property
    def key(self) -> str:
        """The public key of the heads, on one line."""
        return self._signer.verifier.text

    async def newest(self) -> Head | None:
        """The newest head that was published, or None."""
        found = await self._heads.find_one({}, sort=[("_id", -1)])
        return None if found is None else _head(found)

    async def publish(self) -> Head:
        """The head of all entries that there are, signed unless it was.

        Raises:
            LogBroken: What is stored no longer leads to the last head.
        """
        last, size = await self.newest(), await self._entries.size()
        if last is not None and last.size == size:
            return last
        await self._keep_roots(size)
        if last is not None and (last.size > size or await self._hash_of((0, last.size)) != last.root):
            raise LogBroken(size=last.size)
        root = await self._hash_of((0, size))
        note = self._signer.sign(Checkpoint(self._signer.verifier.name, size, root).text)
        head = Head(size, root, note)
        try:
            await self._heads.insert_one({"_id": size, "root": root, "note": note})
        except DuplicateKeyError as error:
            # Another process was faster; the two must agree.
            found = await self._heads.find_one({"_id": size})
            if found is None or bytes(found["root"]) != root:
                raise LogBroken(size=size) from error
        return head

    async def tile(self, tile: Tile) -> bytes | None:
        """A tile's or a bundle's bytes, or None where the published tree isn't that large."""
        head = await self.newest()
        below = TILE_HEIGHT * (tile.level or 0)
        if head is None or tile.end > head.size >> below:
            return None
        if tile.level is None:
            return bundled(await self._entries.leaves(tile.begin, tile.end))
        return b"".join(await self._row(tile.level, tile.begin, tile.end))

    async def leaf(self, index: int) -> bytes:
        """The bytes of an entry.

        Raises:
            LogBroken: It isn't there.
        """
        for leaf in await self._entries.leaves(index, index + 1):
            return leaf
        raise LogBroken(index=index)

    async def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """The proof that entry `index` is in the tree of the first `size` entries, the lowest hash first.

        Raises:
            ValueError: There's no such entry in it.
        """
        return await self._hashes_of(inclusion_path(index, size))

    async def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """The proof that the tree of `new` entries begins with that of `old`.

        Raises:
            ValueError: These aren't sizes of an older and a newer tree.
        """
        return await self._hashes_of(consistency_path(old, new))

    async def _hash_of(self, leaves: Subtree) -> bytes:
        return (await self._hashes_of([leaves]))[0]

    async def _hashes_of(self, ranges: Sequence[Subtree]) -> Sequence[bytes]:
        parts = [complete_subtrees(*leaves) for leaves in ranges]
        rows = await self._rows_of([part for together in parts for part in together])
        return [folded([root_of(_cut(rows, part)) for part in together]) for together in parts]

    async def _rows_of(self, parts: Sequence[Subtree]) -> _Rows:
        """The hashes that `parts` fold, each tile read once: a part lies within one tile of its level."""
        spans: dict[tuple[int, int], list[Subtree]] = {}
        for part in parts:
            level, begin, end = _place(part)
            spans.setdefault((level, begin // TILE_WIDTH), []).append((begin, end))
        wanted = {
            tile: (min(begin for begin, _end in within), max(end for _begin, end in within))
            for tile, within in spans.items()
        }
        read = await asyncio.gather(*(self._row(tile[0], *span) for tile, span in wanted.items()))
        return {tile: (span[0], row) for (tile, span), row in zip(wanted.items(), read, strict=True)}

    async def _row(self, level: int, begin: int, end: int) -> Sequence[bytes]:
        """The hashes of a level from `begin` up to before `end`.

        Raises:
            LogBroken: One isn't there.
        """
        row = (
            await self._entries.hashes(begin, end)
            if level == 0
            else await self._kept_roots(level - 1, begin, end)
        )
        if len(row) != end - begin:
            raise LogBroken(level=level, begin=begin)
        return row

    async def _kept_roots(self, level: int, begin: int, end: int) -> Sequence[bytes]:
        within = {"_id": {"$gte": _tile_id(level, begin), "$lt": _tile_id(level, end)}}
        found = self._roots.find(within, {"root": 1}, sort=[("_id", 1)])
        return [bytes(each["root"]) async for each in found]

    async def _keep_roots(self, size: int) -> None:
        """Keep the roots of the tiles that `size` entries fill."""
        level, there = 0, size // TILE_WIDTH
        while there:
            for n in range(await self._count_kept(level), there, _TILES_AT_ONCE):
                await self._keep(level, n, min(n + _TILES_AT_ONCE, there))
            self._full[level] = there
            level, there = level + 1, there // TILE_WIDTH

    async def _keep(self, level: int, begin: int, end: int) -> None:
        row = await self._row(level, begin * TILE_WIDTH, end * TILE_WIDTH)
        tiles = [
            {"_id": _tile_id(level, n), "root": root_of(row[at : at + TILE_WIDTH])}
            for at, n in zip(range(0, len(row), TILE_WIDTH), range(begin, end), strict=True)
        ]
        try:
            await self._roots.insert_many(tiles, ordered=True)
        except BulkWriteError as error:
            duplicates_in(error)
            # Another process keeps them, too: hand on to where it is.
            for tile in tiles:
                await self._roots.update_one({"_id": tile["_id"]}, {"$setOnInsert": tile}, upsert=True)

    async def _count_kept(self, level: int) -> int:
        """How many tiles of a level are kept; they are kept in their order, without a gap."""
        if level not in self._full:
            below = {"_id": {"$gte": _tile_id(level, 0), "$lt": _tile_id(level + 1, 0)}}
            self._full[level] = await self._roots.count_documents(below)
        return self._full[level]


def _place(part: Subtree) -> tuple[int, int, int]:
    """The level in whose rows a complete subtree's hash is folded from the fewest, and its span there."""
    begin, end = part
    level = ((end - begin).bit_length() - 1) // TILE_HEIGHT
    return level, begin >> (TILE_HEIGHT * level), end >> (TILE_HEIGHT * level)


def _cut(rows: _Rows, part: Subtree) -> Sequence[bytes]:
    level, begin, end = _place(part)
    start, row = rows[level, begin // TILE_WIDTH]
    return row[begin - start : end - start]


def _tile_id(level: int, n: int) -> str:
    return f"{level:02d}/{n:012d}"


def _head(document: Document) -> Head:
    return Head(document["_id"], bytes(document["root"]), document["note"])


async def open_log(
    database: Database, origin: str, key_file: Path, entropy: Callable[[int], bytes]
) -> tuple[MongoLogEntries, MongoLogTree]:
    """The log of a platform, named after where it is read.

    Args:
        database: The service's own.
        origin: The platform's public origin.
        key_file: Where the private key of its heads is kept; made when absent.
        entropy: Gives that many unpredictable bytes.
    """
    entries = MongoLogEntries(database, entropy)
    await entries.prepare()
    name = f"{origin.split('://', 1)[-1]}/log"
    return entries, MongoLogTree(database, entries, NoteSigner.from_file(name, key_file))
