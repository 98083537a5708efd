"""Places in the status list, taken by several processes some of which are killed: none is given twice."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter

from libs.chassis.mongo import connect, disconnect
from services.certificates.adapters.status_indices import MongoStatusIndices
from tests.support.parts import MongoPart

NAME = "certificates_indices"
WANTED = 2_000
PROCESSES = 3
KILLS = 3
PATIENCE_S = 60


async def start(mongo: MongoPart) -> asyncio.subprocess.Process:
    words = (mongo.url_for(NAME), NAME, str(WANTED))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.indexing", *words, stdout=PIPE
    )


async def killed_once_it_told_something(mongo: MongoPart) -> bytes:
    process = await start(mongo)
    assert process.stdout is not None
    first = await process.stdout.readline()
    process.kill()
    # A killed process may leave half a line.
    whole, _newline, _half = (await process.stdout.read()).rpartition(b"\n")
    await process.wait()
    return first + whole


async def test_no_index_is_given_twice(mongo: MongoPart) -> None:
    async with asyncio.timeout(PATIENCE_S):
        whole = [await start(mongo) for _ in range(PROCESSES)]
        told = [await killed_once_it_told_something(mongo) for _ in range(KILLS)]
        told += [(await process.communicate())[0] for process in whole]
    assert [process.returncode for process in whole] == [0] * PROCESSES
    given = Counter(int(line) for lines in told for line in lines.split())
    assert given.total() >= PROCESSES * WANTED + KILLS
    assert given.most_common(1)[0][1] == 1
    database = connect(mongo.url_for(NAME), NAME)
    assert await MongoStatusIndices(database).take() > max(given)
    await disconnect(database)
