"""100,000 numbers asked for by processes that are killed: none twice, none missing without a reason."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest

from libs.chassis.mongo import Database, connect, disconnect
from services.certificates.adapters.numbers import MongoNumbers
from services.certificates.domain.number import VoidReason, format_number
from tests.support.certificates_world import MORNING
from tests.support.parts import MongoPart
from tests.support.taking import AT_ONCE, certificate

NAME = "certificates_numbers"
WANTED = 100_000
PROCESSES = 4
SHARED = 2_000
"""So many are asked for by two neighbours, one of which counts down and the other up."""
KILLS = 12
BETWEEN_KILLS_S = 0.5
PATIENCE_S = 120
SEED = 20261123


@dataclass
class Takers:
    """The processes, each with its range; whoever was killed starts again."""

    url: str
    folder: Path
    kills: int = 0
    told: list[Path] = field(default_factory=list)
    _running: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def run(self) -> None:
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            for place in range(PROCESSES):
                group.create_task(self._until_done(place))
            group.create_task(self._kill_some())

    async def _until_done(self, place: int) -> None:
        share = WANTED // PROCESSES
        ends = (place * share, min((place + 1) * share + SHARED, WANTED) - 1)
        while True:
            path = self.folder / f"{place}-{len(self.told)}.txt"
            self.told.append(path)
            with path.open("wb") as output:
                process = await self._start(output, *(reversed(ends) if place % 2 == 0 else ends))
            self._running.append(process)
            ended = await process.wait()
            self._running.remove(process)
            if ended == 0:
                return

    async def _start(self, output: IO[bytes], *ends: int) -> asyncio.subprocess.Process:
        words = (self.url, NAME, MORNING.isoformat(), *map(str, ends))
        return await asyncio.create_subprocess_exec(
            sys.executable, "-u", "-m", "tests.support.taking", *words, stdout=output
        )

    async def _kill_some(self) -> None:
        chance = random.Random(SEED)  # noqa: S311 - a seeded choice of whom to kill
        while self.kills < KILLS:
            await asyncio.sleep(BETWEEN_KILLS_S * chance.uniform(0.5, 1.5))
            at_work = [process for process in self._running if process.returncode is None]
            if at_work:
                chance.choice(at_work).kill()
                self.kills += 1

    def given(self) -> Mapping[str, set[str]]:
        """What the processes were told, whole lines only."""
        numbers: dict[str, set[str]] = {}
        for path in self.told:
            for line in path.read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    name, number = line.split()
                    numbers.setdefault(name, set()).add(number)
        return numbers


@pytest.fixture
async def database(mongo: MongoPart) -> AsyncIterator[Database]:
    opened = connect(mongo.url_for(NAME), NAME)
    for collection in await opened.list_collection_names():
        await opened.drop_collection(collection)
    yield opened
    await disconnect(opened)


async def test_100000_numbers_under_kills_are_each_given_once_or_void_with_a_reason(
    mongo: MongoPart, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = MongoNumbers(database)
    await numbers.prepare()
    takers = Takers(mongo.url_for(NAME), tmp_path)
    await takers.run()
    # One more than the last lost number is taken later, so that every gap lies below a known number.
    later = MORNING + timedelta(minutes=10)
    await numbers.take(MORNING.year, "the last", later)
    lost = await numbers.void_lost(MORNING.year, later, later)

    book = [number async for number in database["numbers"].find()]
    counter = await database["number_counters"].find_one({"_id": str(MORNING.year)})
    assert counter is not None
    assert sorted(number["_id"] for number in book) == [
        format_number(MORNING.year, count) for count in range(1, counter["last"] + 1)
    ]
    owners = {number["certificate_id"]: number["_id"] for number in book if "certificate_id" in number}
    reasons = Counter(number["void"]["reason"] for number in book if "certificate_id" not in number)
    assert owners.keys() == {certificate(count) for count in range(WANTED)} | {"the last"}
    assert len(book) == len(owners) + reasons.total()
    assert reasons.keys() <= {VoidReason.LOST, VoidReason.RACED}
    assert reasons[VoidReason.LOST] == lost <= KILLS * AT_ONCE
    assert all(given == {owners[name]} for name, given in takers.given().items())
    assert takers.kills == KILLS
    told = f"{WANTED:,} numbers, {takers.kills} kills: 0 twice, 0 unexplained gaps; void: {dict(reasons)}"
    with capsys.disabled():
        sys.stdout.write(f" {told} ")
