"""Quotas behave alike in memory and in a real MongoDB, also at their edge and under a crowd."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from libs.chassis.clock import FixedClock
from libs.chassis.mongo import Driver, connect, disconnect
from libs.chassis.web.quota import MemoryQuotas, QuotaStore, Taken
from libs.chassis.web.quota_store import MongoQuotas
from tests.support.parts import MongoPart

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=1)


@pytest_asyncio.fixture(params=["memory", "pymongo", "motor"], loop_scope="session")
async def quotas(request: pytest.FixtureRequest) -> AsyncIterator[QuotaStore]:
    if request.param == "memory":
        yield MemoryQuotas(FixedClock(NOW))
        return
    mongo: MongoPart = request.getfixturevalue("mongo")
    driver: Driver = request.param
    database = connect(mongo.url_for("quotas"), "quotas", driver)
    kept = MongoQuotas(database["quotas"])
    await kept.prepare()
    indexes = await database["quotas"].index_information()
    assert indexes["expires_at"]["expireAfterSeconds"] == 0
    yield kept
    await disconnect(database)


@pytest.fixture
def key() -> str:
    return secrets.token_hex(8)


async def test_what_fits_is_taken_and_counted(quotas: QuotaStore, key: str) -> None:
    assert await quotas.take(key, 3, 10, LATER) == Taken(granted=True, count=3)
    assert await quotas.take(key, 7, 10, LATER) == Taken(granted=True, count=10)


async def test_what_does_not_fit_takes_nothing(quotas: QuotaStore, key: str) -> None:
    await quotas.take(key, 8, 10, LATER)
    assert await quotas.take(key, 3, 10, LATER) == Taken(granted=False, count=8)
    assert await quotas.take(key, 2, 10, LATER) == Taken(granted=True, count=10)
    assert await quotas.take(key, 1, 10, LATER) == Taken(granted=False, count=10)


@pytest.mark.parametrize(("amount", "most"), [(11, 10), (1, 0)])
async def test_more_than_all_of_it_is_never_granted(
    quotas: QuotaStore, key: str, amount: int, most: int
) -> None:
    assert await quotas.take(key, amount, most, LATER) == Taken(granted=False, count=0)


async def test_a_smaller_quota_holds_at_once(quotas: QuotaStore, key: str) -> None:
    await quotas.take(key, 8, 10, LATER)
    assert not (await quotas.take(key, 1, 5, LATER)).granted


async def test_keys_count_apart(quotas: QuotaStore, key: str) -> None:
    await quotas.take(key, 10, 10, LATER)
    assert (await quotas.take(f"{key}-other", 10, 10, LATER)).granted


async def test_what_is_given_back_may_be_taken_again(quotas: QuotaStore, key: str) -> None:
    await quotas.take(key, 10, 10, LATER)
    await quotas.give_back(key, 4)
    assert await quotas.take(key, 4, 10, LATER) == Taken(granted=True, count=10)


async def test_a_crowd_at_the_edge_gets_exactly_what_there_is(quotas: QuotaStore, key: str) -> None:
    taken = await asyncio.gather(*(quotas.take(key, 1, 25, LATER) for _ in range(40)))
    granted = sorted(each.count for each in taken if each.granted)
    assert granted == list(range(1, 26))


async def test_a_crowd_of_batches_never_takes_more_than_there_is(quotas: QuotaStore, key: str) -> None:
    taken = await asyncio.gather(*(quotas.take(key, 300, 1000, LATER) for _ in range(12)))
    assert sum(each.granted for each in taken) == 3
    assert await quotas.take(key, 100, 1000, LATER) == Taken(granted=True, count=1000)
