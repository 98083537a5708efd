"""What partners' questions rest on, alike in memory and in a real MongoDB: numbers, and sums of uses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar, get_args

import pytest
import pytest_asyncio

from libs.chassis.aggregates import Aggregates, Index
from libs.chassis.clock import FixedClock
from libs.chassis.codec import Codec
from libs.chassis.memory import MemoryPlatform
from libs.chassis.mongo import Database, Driver, connect, disconnect
from libs.chassis.mongo_aggregates import MongoAggregates
from libs.chassis.platform import Ground
from libs.contracts.certificates import CertificateStatus
from services.verification.adapters.known_numbers import MongoNumbers
from services.verification.adapters.partner_uses import MongoUses
from services.verification.adapters.store import VerificationStore
from services.verification.domain.certificate import Printed, PublicCertificate, Version
from services.verification.domain.inquiry import Use, UseSum
from services.verification.ports.inquiries import Numbers, Uses
from tests.support.parts import MongoPart
from tests.support.verifying import PERSON, NotedUses, StoredNumbers

A = TypeVar("A")
NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
DRIVERS = get_args(Driver)


@dataclass
class MongoGround:
    """Opens collections of a real database."""

    database: Database
    memory: MemoryPlatform

    async def aggregates(self, codec: Codec[A], indexes: Sequence[Index] = ()) -> Aggregates[A]:
        memory = self.memory
        opened = MongoAggregates(self.database, codec, memory.vault, memory.clock, asyncio.Event())
        await opened.prepare(indexes)
        return opened


async def emptied(mongo: MongoPart, driver: Driver) -> Database:
    """A database with nothing in it."""
    database = connect(mongo.url_for("inquiries"), "inquiries", driver)
    for name in await database.list_collection_names():
        await database[name].delete_many({})
    return database


@pytest_asyncio.fixture(params=["memory", *DRIVERS], loop_scope="session")
async def numbers(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Numbers, VerificationStore]]:
    memory = MemoryPlatform(FixedClock(NOW), "verification")
    if request.param == "memory":
        store = await VerificationStore.open(memory, memory.vault)
        yield StoredNumbers(store), store
        return
    database = await emptied(request.getfixturevalue("mongo"), request.param)
    ground: Ground = MongoGround(database, memory)
    store = await VerificationStore.open(ground, memory.vault)
    known = MongoNumbers(database)
    await known.prepare()
    assert "number" in await database["certificates"].index_information()
    await memory.vault.create("person-1")
    yield known, store
    await disconnect(database)


def certificate(certificate_id: str, *versions: tuple[str, str]) -> PublicCertificate:
    """A certificate with these numbers and digests."""
    day = date(2026, 11, 20)
    made = tuple(Version(number, digest, CertificateStatus.VALID, day, None) for number, digest in versions)
    digests = tuple(digest for _, digest in versions)
    return PublicCertificate(certificate_id, "decoy", made, digests, Printed((PERSON,) * len(made)))


async def test_a_number_leads_to_the_newest_of_its_versions(
    numbers: tuple[Numbers, VerificationStore],
) -> None:
    known, store = numbers
    await store.certificates.insert("c-1", certificate("c-1", ("2026/000001", "a1"), ("2026/000001", "a2")))
    await store.certificates.insert("c-2", certificate("c-2", ("2026/000002", "b1"), ("2026/000003", "b2")))
    found = await known.code_hashes_of({"2026/000001", "2026/000002", "2026/000009"})
    assert (found["2026/000001"], found["2026/000002"]) == ("a2", "b1")
    assert "2026/000009" not in found
    assert await known.code_hashes_of(()) == {}


@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_doubt_in_the_database_may_hide_a_number(mongo: MongoPart, driver: Driver) -> None:
    database = await emptied(mongo, driver)
    known = MongoNumbers(database)
    assert not await known.may_lack_some()
    await database["doubts"].insert_one({"_id": "certificates.state:c-9", "code_hashes": []})
    assert await known.may_lack_some()
    await database["doubts"].delete_many({})
    assert not await known.may_lack_some()
    await disconnect(database)


@pytest_asyncio.fixture(params=["memory", *DRIVERS], loop_scope="session")
async def uses(request: pytest.FixtureRequest) -> AsyncIterator[Uses]:
    if request.param == "memory":
        yield NotedUses()
        return
    database = await emptied(request.getfixturevalue("mongo"), request.param)
    kept = MongoUses(database["partner_uses"])
    await kept.prepare()
    yield kept
    indexes = await database["partner_uses"].index_information()
    assert indexes["hour"]["expireAfterSeconds"] == 400 * 24 * 3600
    fields = {"_id", "client_id", "purpose", "hour", "requests", "asked", "unknown"}
    assert [set(document) async for document in database["partner_uses"].find()] == [fields] * 4
    await disconnect(database)


async def test_uses_add_up_by_partner_purpose_and_hour(uses: Uses) -> None:
    hour = NOW.replace(minute=0, second=0)
    later = NOW + timedelta(hours=1)
    told = [Use("office", "fare", NOW, 10, 1)] * 8 + [
        Use("office", "fare", later, 1, 0),
        Use("office", "parking", NOW, 2, 2),
        Use("other", "fare", NOW, 3, 0),
    ]
    await asyncio.gather(*(uses.note(use) for use in told))
    end = later + timedelta(hours=1)
    all_of_them = [
        UseSum("office", "fare", hour + timedelta(hours=1), 1, 1, 0),
        UseSum("office", "fare", hour, 8, 80, 8),
        UseSum("office", "parking", hour, 1, 2, 2),
        UseSum("other", "fare", hour, 1, 3, 0),
    ]
    assert await uses.sums(None, hour, end, 10) == all_of_them
    assert await uses.sums(None, hour, end, 2) == all_of_them[:2]
    assert await uses.sums("other", hour, end, 10) == all_of_them[3:]
    assert await uses.sums(None, hour + timedelta(hours=1), end, 10) == all_of_them[:1]
    assert await uses.sums(None, hour, hour + timedelta(hours=1), 10) == all_of_them[1:]
