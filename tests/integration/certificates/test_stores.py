"""Numbers and files of certificates on a real MongoDB: together, at once, and after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import get_args

import pytest

from libs.chassis.mongo import Database, Driver, connect, disconnect
from services.certificates.adapters.numbers import MongoNumbers
from services.certificates.domain.number import VoidReason
from tests.support.certificates_world import MORNING
from tests.support.parts import MongoPart

YEAR = 2026
LATER = MORNING + timedelta(minutes=10)


@pytest.fixture(params=get_args(Driver))
async def database(mongo: MongoPart, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    name = "certificates_stores"
    opened = connect(mongo.url_for(name), name, request.param)
    for collection in await opened.list_collection_names():
        await opened.drop_collection(collection)
    yield opened
    await disconnect(opened)


@pytest.fixture
async def numbers(database: Database) -> MongoNumbers:
    opened = MongoNumbers(database)
    await opened.prepare()
    return opened


async def ledger(database: Database) -> dict[str, str]:
    """Every number that was given, with its certificate or the reason why it has none."""
    told = {}
    async for number in database["numbers"].find():
        told[number["_id"]] = number["void"]["reason"] if "void" in number else number["certificate_id"]
    return told


async def test_numbers_count_up_from_one_in_each_year(numbers: MongoNumbers) -> None:
    taken = [await numbers.take(year, f"{year}-{name}", MORNING) for year in (2026, 2027) for name in "ab"]
    assert taken == ["2026/000001", "2026/000002", "2027/000001", "2027/000002"]


async def test_a_certificate_asks_again_and_keeps_its_number(numbers: MongoNumbers) -> None:
    first = await numbers.take(YEAR, "one", MORNING)
    assert await numbers.take(YEAR + 1, "one", LATER) == first


async def test_many_at_once_each_get_one_number_and_every_number_is_accounted_for(
    numbers: MongoNumbers, database: Database
) -> None:
    wanted = [f"certificate-{count % 40}" for count in range(120)]
    taken = await asyncio.gather(*(numbers.take(YEAR, name, MORNING) for name in wanted))
    by_certificate = dict(zip(wanted, taken, strict=True))
    assert taken == [by_certificate[name] for name in wanted]
    assert len(set(taken)) == 40
    book = await ledger(database)
    counter = await database["number_counters"].find_one({"_id": str(YEAR)})
    assert counter is not None
    assert len(book) == counter["last"]
    assert {number: name for number, name in book.items() if name != VoidReason.RACED} == {
        number: name for name, number in by_certificate.items()
    }


async def test_a_number_that_died_between_its_two_writes_is_found_and_voided(
    numbers: MongoNumbers, database: Database
) -> None:
    await numbers.take(YEAR, "before", MORNING)
    for _crash in range(3):
        await numbers._count(YEAR)
    await numbers.take(YEAR, "after", MORNING)
    assert await numbers.void_lost(YEAR, MORNING - timedelta(seconds=1), LATER) == 0
    assert await numbers.void_lost(YEAR, MORNING, LATER) == 3
    assert await numbers.void_lost(YEAR, MORNING, LATER) == 0
    assert await ledger(database) == {
        "2026/000001": "before",
        "2026/000002": "lost",
        "2026/000003": "lost",
        "2026/000004": "lost",
        "2026/000005": "after",
    }


async def test_whoever_was_taken_for_lost_gets_another_number(
    numbers: MongoNumbers, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = MongoNumbers(database)
    count = numbers._count

    async def count_and_stall(year: int, so_many: int = 1) -> int:
        monkeypatch.undo()
        last = await count(year, so_many)
        await other.take(YEAR, "fast", MORNING)
        assert await other.void_lost(YEAR, MORNING, LATER) == so_many
        return last

    monkeypatch.setattr(numbers, "_count", count_and_stall)
    assert await numbers.take(YEAR, "slow", LATER) == "2026/000003"
    assert await ledger(database) == {"2026/000001": "lost", "2026/000002": "fast", "2026/000003": "slow"}


async def test_a_void_number_keeps_its_first_reason(numbers: MongoNumbers, database: Database) -> None:
    await numbers.take(YEAR, "one", MORNING)
    await numbers.void("one", VoidReason.WITHDRAWN, MORNING)
    await numbers.void("one", VoidReason.LOST, LATER)
    await numbers.void("nobody", VoidReason.WITHDRAWN, LATER)
    assert await ledger(database) == {"2026/000001": "withdrawn"}
