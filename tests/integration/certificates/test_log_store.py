"""The issuance log on a real MongoDB: dense, once each, in order, also when processes and the server die."""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from datetime import datetime, timedelta

from libs.chassis.mongo import Database, PyMongoError
from libs.contracts.issuance_log.entry import LogEntry
from libs.contracts.issuance_log.merkle import leaf_hash
from services.certificates.adapters.log_store import MongoLogEntries
from services.certificates.domain.log import LogReceipt
from tests.support.logging_process import NAME, START, invented, opened, stored
from tests.support.parts import MongoPart

CHANGES = 1500
PROCESSES = 3
KILLS = 12


async def check(database: Database) -> None:
    """Dense, once each, moments in order, each leaf the one that its receipt opens."""
    documents = await stored(database)
    assert [found["_id"] for found in documents] == list(range(len(documents)))
    assert len({found["key"] for found in documents}) == len(documents)
    last = START - timedelta(days=1)
    for found in documents:
        leaf = bytes(found["leaf"])
        entry = LogEntry.decoded(leaf)
        assert last <= entry.at == datetime.fromisoformat(str(found["at"]))
        last = entry.at
        number = int(str(found["key"]).split("/", maxsplit=1)[0].removeprefix("certificate-"))
        statement = replace(invented(number).statement, changed_at=entry.at)
        assert entry.commitment == statement.commitment(str(found["salt"]))
        assert leaf_hash(leaf) == bytes(found["hash"])


async def test_many_tasks_of_several_owners_each_find_one_place(
    log_database: Database, entries: MongoLogEntries
) -> None:
    others = [entries, await opened(log_database), await opened(log_database)]
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
    await check(log_database)
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
    mongo: MongoPart, log_database: Database
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
    await check(log_database)
    assert set(told) == set(range(CHANGES))
    by_index = {int(receipt[0]) for receipt in told.values()}
    assert by_index == set(range(CHANGES))
    assert len(await stored(log_database)) == CHANGES


async def test_a_killed_server_loses_no_entry_that_was_acknowledged(
    mongo: MongoPart, log_database: Database, entries: MongoLogEntries
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
    await check(log_database)
    assert {found["key"]: found["_id"] for found in await stored(log_database)} == {
        key: receipt.index for key, receipt in acknowledged.items()
    }
