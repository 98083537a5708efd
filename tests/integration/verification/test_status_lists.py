"""Status lists on a real MongoDB: from the copies through the mirror to what a verifier reads."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from khadamaty_verify import KeySet, Reason, StatusList, verify
from libs.chassis.lease import MongoLease
from libs.chassis.metrics import REGISTRY
from libs.chassis.mongo import Database, connect, disconnect
from libs.contracts.certificates import CertificateStatus
from libs.contracts.code import code_hash
from services.verification import handlers
from services.verification.adapters.list_store import MongoStatusLists
from services.verification.adapters.mirror import Mirror
from services.verification.adapters.row_sealer import RowSealer
from services.verification.domain.certificate import Version
from services.verification.domain.packed import Entry, bundle, rows_of
from services.verification.domain.status_list import PublishedList, published
from services.verification.ports import Listing, StatusLists
from tests.support.listing import MemoryStatusLists, own_key
from tests.support.ministry import CLAIMS, ORIGIN, Ministry
from tests.support.neighbours import PATIENCE_S
from tests.support.parts import MongoPart
from tests.support.verifying import Verifying, verifying

CERTIFICATE = "certificate-of-lists"
AGE = "status_lists_as_of_timestamp_seconds"
AS_OF = datetime(2026, 11, 23, 11, tzinfo=UTC)


class NoBeats:
    """Hears heartbeats and needs none."""

    def note_beat(self, topic: str, partition: int, watermark: int) -> None:
        """Nothing to note."""

    def forget(self) -> None:
        """Nothing to forget."""


@pytest.fixture
async def database(mongo: MongoPart) -> AsyncIterator[Database]:
    opened = connect(mongo.url_for("status_lists"), "status_lists")
    for name in ("certificates", "doubts", "status_lists", "leases"):
        await opened[name].delete_many({})
    yield opened
    await disconnect(opened)


@pytest.fixture(params=["memory", "mongo"])
async def lists(request: pytest.FixtureRequest, database: Database) -> StatusLists:
    return MemoryStatusLists() if request.param == "memory" else MongoStatusLists(database)


def a_list(number: int = 0, later_s: int = 0, packed: bytes = b"\x55") -> PublishedList:
    return published(number, packed, AS_OF + timedelta(seconds=later_s), os.urandom(40))


async def test_lists_are_found_and_told_in_their_order(lists: StatusLists) -> None:
    second, first = a_list(1), a_list(0)
    for each in (second, first):
        await lists.publish(each)
    assert await lists.find(1) == second
    assert await lists.find(2) is None
    assert list(await lists.heads()) == [first.head, second.head]


async def test_operators_see_how_old_the_oldest_list_is(database: Database) -> None:
    lists = MongoStatusLists(database)
    await lists.forget()
    await lists.heads()
    assert REGISTRY.get_sample_value(AGE) == 0
    for each in (a_list(0, later_s=9), a_list(1, later_s=4)):
        await lists.publish(each)
    await lists.heads()
    assert REGISTRY.get_sample_value(AGE) == (AS_OF + timedelta(seconds=4)).timestamp()


async def test_a_list_gives_way_to_a_later_one_only(lists: StatusLists) -> None:
    old, new, same = a_list(), a_list(later_s=5), a_list(later_s=5, packed=b"\x00")
    for each in (new, old, same):
        await lists.publish(each)
        assert await lists.find(0) == new
    newest = a_list(later_s=6)
    await lists.publish(newest)
    assert await lists.find(0) == newest


async def test_of_many_at_once_the_latest_stays(lists: StatusLists) -> None:
    several = [a_list(later_s=step) for step in range(8)]
    await asyncio.gather(*(lists.publish(each) for each in several))
    assert await lists.find(0) == several[-1]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that the stream of changes brings."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if holds():
                return
            await asyncio.sleep(0.05)


class Following:
    """A service whose rows come from a real database, and a verifier who has its keys."""

    def __init__(self, database: Database, service: Verifying) -> None:
        self._database = database
        self._sealer = RowSealer(os.urandom(32))
        self._ministry = Ministry()
        self._clock = service.clock
        self.mirror = Mirror(database, self._sealer, NoBeats())
        lease = MongoLease(database["leases"], "status-lists", ttl_s=12)
        listing = Listing(ORIGIN, own_key(), self.mirror, MongoStatusLists(database), lease)
        self._deps = replace(service.deps, codes=self.mirror, listing=listing)
        keys = [self._ministry.qr_key.jwk(), dict(listing.key.jwk)]
        self._keys = KeySet.from_json(json.dumps({"keys": keys}))

    async def copy(self, status: CertificateStatus) -> None:
        """Write the certificate as a consumer's copy has it."""
        digest, day = code_hash(CLAIMS.code), date(2026, 11, 20)
        version = Version(CLAIMS.number, digest, status, day, None, status_index=CLAIMS.status_index)
        packed = self._sealer.seal(CERTIFICATE, bundle(rows_of([Entry(version)])))
        state = {"state": {"packed": packed}}
        await self._database["certificates"].replace_one({"_id": CERTIFICATE}, state, upsert=True)

    async def said(self) -> Reason:
        """What a verifier says who has fetched the list a round later."""
        self._clock.advance(timedelta(seconds=4))
        assert await handlers.publish_status_lists(self._deps) <= 1
        held = StatusList.from_bytes((await handlers.get_status_list(self._deps, 0)).token, self._keys)
        return verify(self._ministry.code(), self._keys, held, self._clock.now()).reason


@pytest.fixture
async def following(database: Database) -> AsyncIterator[Following]:
    world = Following(database, await verifying())
    stop = asyncio.Event()
    task = asyncio.create_task(world.mirror.run(stop))
    await until(lambda: world.mirror.is_current)
    yield world
    stop.set()
    await task


async def test_what_is_copied_and_revoked_reaches_a_verifier(following: Following) -> None:
    said = []
    for status in (CertificateStatus.VALID, CertificateStatus.SUPERSEDED, CertificateStatus.REVOKED):
        async with changed(following):
            await following.copy(status)
        said.append(await following.said())
    assert said == [Reason.VALID, Reason.SUPERSEDED, Reason.REVOKED]


async def test_what_is_in_doubt_is_suspended_until_it_no_longer_is(
    following: Following, database: Database
) -> None:
    async with changed(following):
        await following.copy(CertificateStatus.VALID)
    async with changed(following):
        await database["doubts"].insert_one({"_id": "record", "code_hashes": [code_hash(CLAIMS.code)]})
    assert await following.said() is Reason.SUSPENDED
    async with changed(following):
        await database["doubts"].delete_one({"_id": "record"})
    assert await following.said() is Reason.VALID


@asynccontextmanager
async def changed(following: Following) -> AsyncIterator[None]:
    """Wait, after the block, until the stream of changes has brought other statuses than before it."""
    before = following.mirror.packed()
    yield
    await until(lambda: following.mirror.packed() != before)
