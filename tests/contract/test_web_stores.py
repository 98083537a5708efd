"""Kept answers and counters behave alike in memory and in a real MongoDB, by either driver."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from libs.chassis.clock import FixedClock
from libs.chassis.mongo import Database, Driver, connect, disconnect
from libs.chassis.web.kept import KeptAnswers
from libs.chassis.web.kept_store import MemoryKeptAnswers, MongoKeptAnswers
from libs.chassis.web.throttle import CounterStore, MemoryCounters
from libs.chassis.web.throttle_store import MongoCounters
from tests.support.parts import MongoPart

FIELDS = [("first", "\u0648\u0627\u062d\u062f"), ("tick", "b"), ("tick", "a")]
KEY = b"k" * 32
PAGE, OWNER = "/requests/new", "person-1"


@dataclass
class Stores:
    """One implementation of each port, and the database behind them if there is one."""

    clock: FixedClock
    kept: KeptAnswers
    counters: CounterStore
    database: Database | None = None


@pytest_asyncio.fixture(params=["memory", "pymongo", "motor"], loop_scope="session")
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[Stores]:
    clock = FixedClock(datetime.now(UTC))
    if request.param == "memory":
        yield Stores(clock, MemoryKeptAnswers(clock), MemoryCounters(clock))
        return
    mongo: MongoPart = request.getfixturevalue("mongo")
    driver: Driver = request.param
    database = connect(mongo.url_for("webstores"), "webstores", driver)
    kept = MongoKeptAnswers(database[f"kept-{driver}"], KEY, clock)
    counters = MongoCounters(database[f"counts-{driver}"])
    await kept.prepare()
    await counters.prepare()
    yield Stores(clock, kept, counters, database)
    await disconnect(database)


async def test_answers_are_found_by_their_owner_on_their_page(stores: Stores) -> None:
    kept_id = await stores.kept.keep(FIELDS, PAGE, OWNER)
    found = await stores.kept.find(kept_id, PAGE, OWNER)
    assert found is not None
    assert list(found) == FIELDS


@pytest.mark.parametrize(("page", "owner"), [("/requests/7", OWNER), (PAGE, "person-2"), (PAGE, "")])
async def test_answers_are_not_found_from_elsewhere(stores: Stores, page: str, owner: str) -> None:
    kept_id = await stores.kept.keep(FIELDS, PAGE, OWNER)
    assert await stores.kept.find(kept_id, page, owner) is None


async def test_answers_are_not_found_under_an_invented_id(stores: Stores) -> None:
    assert await stores.kept.find("invented", PAGE, OWNER) is None


async def test_answers_are_too_old_after_an_hour_even_before_they_are_dropped(stores: Stores) -> None:
    kept_id = await stores.kept.keep(FIELDS, PAGE, OWNER)
    stores.clock.advance(timedelta(minutes=59))
    assert await stores.kept.find(kept_id, PAGE, OWNER) is not None
    stores.clock.advance(timedelta(minutes=1))
    assert await stores.kept.find(kept_id, PAGE, OWNER) is None


async def test_each_hit_counts_once_however_many_come_together(stores: Stores) -> None:
    key, later = secrets.token_hex(16), stores.clock.now() + timedelta(minutes=1)
    counts = await asyncio.gather(*(stores.counters.hit(key, later) for _ in range(20)))
    assert sorted(counts) == list(range(1, 21))


async def test_keys_count_apart(stores: Stores) -> None:
    later = stores.clock.now() + timedelta(minutes=1)
    assert await stores.counters.hit(secrets.token_hex(16), later) == 1
    assert await stores.counters.hit(secrets.token_hex(16), later) == 1


@pytest.mark.parametrize("stores", ["pymongo", "motor"], indirect=True)
async def test_what_lies_in_the_database_tells_nothing_and_is_dropped_in_time(stores: Stores) -> None:
    assert stores.database is not None
    kept_id = await stores.kept.keep(FIELDS, PAGE, OWNER)
    names = [name for name in await stores.database.list_collection_names() if name.startswith("kept-")]
    documents = [await stores.database[name].find_one({"_id": kept_id}) for name in names]
    (document,) = [found for found in documents if found is not None]
    assert set(document) == {"_id", "sealed", "expires_at"}
    shown = repr(document)
    assert FIELDS[0][1] not in shown
    assert OWNER not in shown
    for name in await stores.database.list_collection_names():
        indexes = await stores.database[name].index_information()
        assert indexes["expires_at"]["expireAfterSeconds"] == 0


async def test_what_is_given_back_is_counted_no_more_and_never_under_zero(stores: Stores) -> None:
    key, later = secrets.token_hex(8), stores.clock.now() + timedelta(minutes=1)
    await stores.counters.give_back(key)
    assert await stores.counters.hit(key, later) == 1
    await stores.counters.give_back(key)
    await stores.counters.give_back(key)
    assert await stores.counters.hit(key, later) == 1
