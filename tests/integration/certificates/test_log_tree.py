"""The issuance log's tree on a real MongoDB: heads, tiles and proofs agree; a broken log signs nothing."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from libs.chassis.mongo import Database
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.merkle import is_consistent, is_included, leaf_hash, root_of
from libs.contracts.issuance_log.tiles import Tile, entries_in, hashes_in
from services.certificates.adapters.log_store import MongoLogEntries
from services.certificates.adapters.log_tree import MongoLogTree
from services.certificates.errors import LogBroken
from tests.support.logging_process import invented, opened


async def test_heads_tiles_and_proofs_agree_with_the_definition(
    entries: MongoLogEntries, tree: MongoLogTree
) -> None:
    heads = [await tree.publish()]
    numbers = iter(range(2000))
    for upto in (1, 2, 255, 256, 257, 600, 1025):
        while await entries.size() < upto:
            missing = min(400, upto - await entries.size())
            await asyncio.gather(*(entries.append(invented(next(numbers))) for _ in range(missing)))
        heads.append(await tree.publish())
    leaves = await entries.leaves(0, 1025)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    for head in heads:
        assert head.root == root_of(hashes[: head.size])
    assert await tree.newest() == heads[-1] == await tree.publish()
    await _proofs_hold(tree, hashes)
    assert await tree.tile(Tile(0, 3)) == b"".join(hashes[768:1024])
    assert hashes_in(await tree.tile(Tile(1, 0, 4)) or b"") == [
        root_of(hashes[at : at + 256]) for at in range(0, 1024, 256)
    ]
    assert entries_in(await tree.tile(Tile(None, 4, 1)) or b"") == [leaves[1024]]
    await entries.append(invented(1999))
    assert [
        await tree.tile(tile) for tile in (Tile(0, 4, 2), Tile(None, 4, 2), Tile(1, 0), Tile(2, 0, 1))
    ] == [None] * 4


async def _proofs_hold(tree: MongoLogTree, hashes: list[bytes]) -> None:
    for size in (1, 256, 257, 777, 1025):
        root = root_of(hashes[:size])
        for index in {0, size // 2, size - 1}:
            proof = await tree.inclusion(index, size)
            assert is_included(hashes[index], index, size, proof, root)
        for old in {1, size // 3 + 1, size}:
            proof = await tree.consistency(old, size)
            assert is_consistent(old, root_of(hashes[:old]), size, root, proof)


async def test_processes_that_publish_at_once_publish_one_head(
    log_database: Database, entries: MongoLogEntries, tree: MongoLogTree
) -> None:
    others = [tree, MongoLogTree(log_database, await opened(log_database), tree._signer)]
    for round_of in range(5):
        await asyncio.gather(*(entries.append(invented(round_of * 300 + count)) for count in range(300)))
        first, second = await asyncio.gather(*(other.publish() for other in others))
        assert first == second
    assert await log_database["log_heads"].count_documents({}) == 5
    assert await log_database["log_tiles"].count_documents({}) == 1500 // 256


async def test_a_store_that_was_rewritten_gets_no_other_head(
    log_database: Database, entries: MongoLogEntries, tree: MongoLogTree
) -> None:
    await asyncio.gather(*(entries.append(invented(number)) for number in range(20)))
    head = await tree.publish()
    await log_database["log_entries"].update_one({"_id": 7}, {"$set": {"hash": secrets.token_bytes(32)}})
    await entries.append(invented(20))
    with pytest.raises(LogBroken):
        await tree.publish()
    assert await tree.newest() == head


async def test_a_log_that_became_shorter_gets_no_other_head(
    log_database: Database, entries: MongoLogEntries, tree: MongoLogTree
) -> None:
    await asyncio.gather(*(entries.append(invented(number)) for number in range(20)))
    await tree.publish()
    await log_database["log_entries"].delete_one({"_id": 19})
    with pytest.raises(LogBroken):
        await tree.publish()


async def test_a_head_is_a_signed_checkpoint(entries: MongoLogEntries, tree: MongoLogTree) -> None:
    await entries.append(invented(1))
    head = await tree.publish()
    text = tree._signer.verifier.opened(head.note)
    assert Checkpoint.read(text) == Checkpoint("test/log", 1, head.root)
