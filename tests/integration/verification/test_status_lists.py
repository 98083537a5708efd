"""Status lists on a real MongoDB: from the copies through the mirror to what a verifier reads."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from khadamaty_verify import KeySet, Reason, StatusList, verify
from libs.chassis.lease import MongoLease
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
from tests.support.verifying import NOON, verifying

CERTIFICATE = "certificate-of-lists"
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


async def test_what_the_copies_say_and_doubt_reaches_a_verifier_without_a_network(database: Database) -> None:
    sealer, service, ministry = RowSealer(os.urandom(32)), await verifying(), Ministry()
    mirror = Mirror(database, sealer, NoBeats())
    key, clock = own_key(), service.clock
    lease = MongoLease(database["leases"], "status-lists", ttl_s=12)
    listing = Listing(ORIGIN, key, mirror, MongoStatusLists(database), lease)
    deps = replace(service.deps, codes=mirror, listing=listing)
    keys = KeySet.from_json(json.dumps({"keys": [ministry.qr_key.jwk(), dict(key.jwk)]}))

    async def copy(status: CertificateStatus) -> None:
        claims = CLAIMS
        version = Version(
            claims.number,
            code_hash(claims.code),
            status,
            date(2026, 11, 20),
            None,
            status_index=claims.status_index,
        )
        packed = sealer.seal(CERTIFICATE, bundle(rows_of([Entry(version)])))
        state = {"state": {"packed": packed}}
        await database["certificates"].replace_one({"_id": CERTIFICATE}, state, upsert=True)

    async def said() -> Reason:
        clock.advance(timedelta(seconds=4))
        assert await handlers.publish_status_lists(deps) <= 1
        held = StatusList.from_bytes((await handlers.get_status_list(deps, 0)).token, keys)
        return verify(ministry.code(), keys, held, clock.now()).reason

    await copy(CertificateStatus.VALID)
    stop = asyncio.Event()
    following = asyncio.create_task(mirror.run(stop))
    try:
        await until(lambda: mirror.is_current)
        assert await said() is Reason.VALID
        await database["doubts"].insert_one({"_id": "record", "code_hashes": [code_hash(CLAIMS.code)]})
        before = mirror.packed()
        await until(lambda: mirror.packed() != before)
        assert await said() is Reason.SUSPENDED
        await database["doubts"].delete_one({"_id": "record"})
        await until(lambda: mirror.packed() == before)
        assert await said() is Reason.VALID
        await copy(CertificateStatus.REVOKED)
        await until(lambda: mirror.packed() != before)
        assert await said() is Reason.REVOKED
    finally:
        stop.set()
        await following
    assert clock.now() > NOON
