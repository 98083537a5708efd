"""The issuance log on a real MongoDB: dense, once each, in order, also when processes and the server die."""

from __future__ import annotations

import asyncio
import random
import secrets
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.chassis.mongo import Database, PyMongoError, connect, disconnect
from libs.chassis.notes import NoteSigner
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.entry import LogEntry, LogKind
from libs.contracts.issuance_log.merkle import is_consistent, is_included, leaf_hash, root_of
from libs.contracts.issuance_log.tiles import Tile, entries_in, hashes_in
from services.certificates.adapters.log_store import MongoLogEntries
from services.certificates.adapters.log_tree import MongoLogTree
from services.certificates.adapters.log_voids import MongoLogVoids
from services.certificates.domain.log import LogIntent, LogReceipt
from services.certificates.errors import LogBroken
from tests.support.logging_process import START, invented, opened
from tests.support.parts import MongoPart

NAME = "certificates_log"
CHANGES = 1500
PROCESSES = 3
KILLS = 12


@pytest.fixture
async def database(mongo: MongoPart) -> AsyncIterator[Database]:
    database = connect(mongo.url_for(NAME), NAME)
    for collection in await database.list_collection_names():
        await database.drop_collection(collection)
    yield database
    await disconnect(database)


@pytest.fixture
async def entries(database: Database) -> MongoLogEntries:
    return await opened(database)


@pytest.fixture
def tree(database: Database, entries: MongoLogEntries) -> MongoLogTree:
    return MongoLogTree(database, entries, NoteSigner("test/log", Ed25519PrivateKey.generate()))


async def stored(database: Database) -> list[dict[str, object]]:
    return [found async for found in database["log_entries"].find(sort=[("_id", 1)])]


async def check(database: Database) -> None:
    """Dense, once each, moments in order, each leaf the one that its receipt opens."""
    documents = await stored(database)
    assert [found["_id"] for found in documents] == list(range(len(documents)))
    assert len({found["key"] for found in documents}) == len(documents)
    last = START - timedelta(days=1)
    for found in documents:
        leaf = bytes(found["leaf"])  # type: ignore[call-overload]
        entry = LogEntry.decoded(leaf)
        assert last <= entry.at == datetime.fromisoformat(str(found["at"]))
        last = entry.at
        number = int(str(found["key"]).split("/", maxsplit=1)[0].removeprefix("certificate-"))
        statement = replace(invented(number).statement, changed_at=entry.at)
        assert entry.commitment == statement.commitment(str(found["salt"]))
        assert leaf_hash(leaf) == bytes(found["hash"])  # type: ignore[call-overload]


async def test_many_tasks_of_several_owners_each_find_one_place(
    database: Database, entries: MongoLogEntries
) -> None:
    others = [entries, await opened(database), await opened(database)]
    intents = [invented(count % 200) for count in range(600)]
    random.Random(4).shuffle(intents)  # noqa: S311 - a seeded order
    receipts = await asyncio.gather(
        *(others[place % 3].append(intent) for place, intent in enumerate(intents))
    )
    by_key: dict[str, set[LogReceipt]] = {}
    for intent, receipt in zip(intents, receipts, strict=True):
        by_key.setdefault(intent.key, set()).add(receipt)
    assert len(by_key) == 200
    assert all(len(found) == 1 for found in by_key.values())
    await check(database)
    assert await entries.size() == 200


async def test_another_attempt_finds_the_first_ones_entry(entries: MongoLogEntries) -> None:
    first = await entries.append(invented(1, START))
    assert first == LogReceipt(0, first.salt, START)
    assert await entries.append(invented(1, START + timedelta(hours=1))) == first


async def test_a_moment_before_the_last_entrys_becomes_that_ones(entries: MongoLogEntries) -> None:
    await entries.append(invented(1, START))
    late = await entries.append(invented(2, START - timedelta(hours=1)))
    assert (late.index, late.at) == (1, START)


async def worker(url: str, begin: int, end: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.logging_process", url, NAME, str(begin), str(end)),
        stdout=asyncio.subprocess.PIPE,
    )


async def test_killed_processes_leave_no_gap_no_double_and_no_lost_receipt(
    mongo: MongoPart, database: Database
) -> None:
    """Each worker is killed while it writes and started again, until all has been logged."""
    chance = random.Random(20261123)  # noqa: S311 - seeded
    url = mongo.url_for(NAME)
    told: dict[int, tuple[str, ...]] = {}
    left = KILLS

    async def run(share: range) -> None:
        nonlocal left
        while True:
            process = await worker(url, share.start, share.stop)
            assert process.stdout is not None
            lines = 0
            kill_at = chance.randrange(20, len(share) - 20) if left > 0 else None
            left -= 1
            while line := await process.stdout.readline():
                if not line.endswith(b"\n"):
                    break
                number, *receipt = line.decode().split()
                assert told.setdefault(int(number), tuple(receipt)) == tuple(receipt)
                lines += 1
                if lines == kill_at:
                    process.kill()
            if await process.wait() == 0:
                return

    # The shares overlap, so that two processes log the same changes.
    step = CHANGES // PROCESSES
    shares = [range(max(0, at - 100), at + step) for at in range(0, CHANGES, step)]
    await asyncio.wait_for(asyncio.gather(*map(run, shares)), 120)
    assert left <= 0
    await check(database)
    assert set(told) == set(range(CHANGES))
    by_index = {int(receipt[0]) for receipt in told.values()}
    assert by_index == set(range(CHANGES))
    assert len(await stored(database)) == CHANGES


async def test_a_killed_server_loses_no_entry_that_was_acknowledged(
    mongo: MongoPart, database: Database, entries: MongoLogEntries
) -> None:
    acknowledged: dict[str, LogReceipt] = {}

    async def log(number: int) -> None:
        intent = invented(number)
        while intent.key not in acknowledged:
            try:
                acknowledged[intent.key] = await entries.append(intent)
            except PyMongoError:
                await asyncio.sleep(0.1)

    async def log_all() -> None:
        for begin in range(0, 600, 20):
            await asyncio.gather(*map(log, range(begin, begin + 20)))

    work = asyncio.create_task(log_all())
    for _kill in range(2):
        await asyncio.sleep(0.2)
        mongo.kill()
        await asyncio.to_thread(mongo.restart)
    await asyncio.wait_for(work, 60)
    await check(database)
    assert {found["key"]: found["_id"] for found in await stored(database)} == {
        key: receipt.index for key, receipt in acknowledged.items()
    }


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
    database: Database, entries: MongoLogEntries, tree: MongoLogTree
) -> None:
    others = [tree, MongoLogTree(database, await opened(database), tree._signer)]
    for round_of in range(5):
        await asyncio.gather(*(entries.append(invented(round_of * 300 + count)) for count in range(300)))
        first, second = await asyncio.gather(*(other.publish() for other in others))
        assert first == second
    assert await database["log_heads"].count_documents({}) == 5
    assert await database["log_tiles"].count_documents({}) == 1500 // 256


async def test_a_store_that_was_rewritten_gets_no_other_head(
    database: Database, entries: MongoLogEntries, tree: MongoLogTree
) -> None:
    await asyncio.gather(*(entries.append(invented(number)) for number in range(20)))
    head = await tree.publish()
    await database["log_entries"].update_one({"_id": 7}, {"$set": {"hash": secrets.token_bytes(32)}})
    await entries.append(invented(20))
    with pytest.raises(LogBroken):
        await tree.publish()
    assert await tree.newest() == head


async def test_a_log_that_became_shorter_gets_no_other_head(
    database: Database, entries: MongoLogEntries, tree: MongoLogTree
) -> None:
    await asyncio.gather(*(entries.append(invented(number)) for number in range(20)))
    await tree.publish()
    await database["log_entries"].delete_one({"_id": 19})
    with pytest.raises(LogBroken):
        await tree.publish()


async def test_a_head_is_a_signed_checkpoint(entries: MongoLogEntries, tree: MongoLogTree) -> None:
    await entries.append(invented(1))
    head = await tree.publish()
    text = tree._signer.verifier.opened(head.note)
    assert Checkpoint.read(text) == Checkpoint("test/log", 1, head.root)


AT = START + timedelta(minutes=10)


async def voids_of(database: Database, entries: MongoLogEntries) -> MongoLogVoids:
    return MongoLogVoids(database, entries, "certificates")


def change(kind: LogKind, before: LogReceipt | None, number: int = 1) -> LogIntent:
    """A further change of the certificate of that number."""
    intent = invented(number, START)
    last = "first" if before is None else before.index
    return LogIntent(f"certificate-{number}/1/{kind}/{last}", kind, intent.statement)


async def hold(database: Database, *indices: int | None, number: int = 1) -> None:
    """Store a file as the aggregates are stored, with the newest entry of each version."""
    versions = [{"log_index": index} for index in indices]
    await database["certificates"].replace_one(
        {"_id": f"certificate-{number}"}, {"state": {"versions": versions}}, upsert=True
    )


async def void_entries(database: Database) -> list[int | None]:
    leaves = [LogEntry.decoded(bytes(found["leaf"])) for found in await stored(database)]  # type: ignore[call-overload]
    return [leaf.of for leaf in leaves if leaf.kind is LogKind.VOIDED]


async def test_an_entry_that_took_no_effect_is_voided_once_and_the_others_stay(
    database: Database, entries: MongoLogEntries
) -> None:
    issued = await entries.append(change(LogKind.ISSUED, None))
    suspended = await entries.append(change(LogKind.SUSPENDED, issued))
    lost = await entries.append(change(LogKind.REVOKED, issued))
    resumed = await entries.append(change(LogKind.RESUMED, suspended))
    unheard = await entries.append(invented(2))
    await hold(database, resumed.index, None)
    voids = await voids_of(database, entries)
    assert await voids.void_unused(START, AT) == 0
    assert await voids.void_unused(START + timedelta(minutes=1), AT) == 2
    assert await voids.void_unused(AT + timedelta(minutes=1), AT) == 0
    assert await void_entries(database) == [lost.index, unheard.index]


async def test_what_was_voided_is_logged_anew_when_it_happens_after_all(
    database: Database, entries: MongoLogEntries
) -> None:
    first = await entries.append(invented(1, START))
    voids = await voids_of(database, entries)
    assert await voids.void_unused(AT, AT) == 1
    again = await entries.append(invented(1, AT))
    assert (again.index, again.at) == (2, AT)
    assert first.index == 0
    await hold(database, again.index)
    assert await voids.void_unused(AT + timedelta(minutes=1), AT) == 0


async def test_what_is_tried_again_is_not_voided_meanwhile(
    database: Database, entries: MongoLogEntries
) -> None:
    first = await entries.append(invented(1, START))
    assert await entries.append(invented(1, AT)) == first
    voids = await voids_of(database, entries)
    assert await voids.void_unused(AT, AT) == 0
    await hold(database, first.index)
    assert await voids.void_unused(AT + timedelta(minutes=1), AT) == 0
    assert await void_entries(database) == []


async def test_a_crash_between_losing_the_key_and_the_void_entry_is_finished(
    database: Database, entries: MongoLogEntries
) -> None:
    await entries.append(invented(1, START))
    await database["log_entries"].update_one(
        {"_id": 0}, {"$set": {"key": "certificate-1/1/issued/first/0/void"}}
    )
    assert await (await voids_of(database, entries)).void_unused(AT, AT) == 1
    assert await void_entries(database) == [0]
