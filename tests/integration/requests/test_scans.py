"""Scans on a real MongoDB: sealed at rest, orphans swept, uploads read by a process of their own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
import pytest_asyncio

from libs.chassis.clock import FixedClock
from libs.chassis.crypto import MemoryKeyStore, Tampered, Vault
from libs.chassis.errors import KeyMissing, NotFound
from libs.chassis.mongo import Database, Driver, connect, disconnect
from services.requests.adapters.inspection import UploadInspector
from services.requests.adapters.scans import BucketScans
from services.requests.domain.medical_file import ScanKind
from services.requests.errors import ScanUnusable
from services.requests.handlers import centre_work, scanning
from services.requests.handlers.scanning import ORPHAN_AFTER
from tests.support import uploads
from tests.support.parts import MongoPart
from tests.support.requests_world import AGENT, ENTRY, NOON, World, new_world
from tests.support.uploads import CANARY

LARGE = CANARY * 60_000
"""About 900 kB, so several chunks."""
LATER = NOON + timedelta(hours=2)


@dataclass
class Kept:
    """The store under test and what stands behind it."""

    scans: BucketScans
    vault: Vault
    clock: FixedClock
    database: Database

    async def left(self) -> Sequence[int]:
        """How many listed files, chunks and marks there are."""
        names = ("scans.files", "scans.chunks", "scans.loose")
        return [await self.database[name].count_documents({}) for name in names]


@pytest_asyncio.fixture(params=["pymongo", "motor"], loop_scope="session")
async def kept(request: pytest.FixtureRequest, mongo: MongoPart) -> AsyncIterator[Kept]:
    driver: Driver = request.param
    database = connect(mongo.url_for("scans"), "scans", driver)
    for name in ("scans.files", "scans.chunks", "scans.loose"):
        await database[name].delete_many({})
    clock = FixedClock(NOON)
    vault = Vault("requests", os.urandom(32), MemoryKeyStore())
    await vault.create("owner")
    yield Kept(BucketScans(database, vault, clock), vault, clock, database)
    await disconnect(database)


async def test_a_scan_is_read_as_it_was_written(kept: Kept) -> None:
    await kept.scans.write("scan", "file", "owner", LARGE)
    assert await kept.scans.read("scan", "owner") == LARGE


async def test_nothing_of_a_scan_is_readable_in_the_database(kept: Kept) -> None:
    await kept.scans.write("scan", "file", "owner", LARGE)
    chunks = [chunk["data"] async for chunk in kept.database["scans.chunks"].find({})]
    assert len(chunks) > 1
    assert CANARY not in b"".join(chunks)
    listed = await kept.database["scans.files"].find_one({})
    assert CANARY.decode() not in str(listed)


async def test_a_scan_opens_under_its_own_key_and_name_alone(kept: Kept) -> None:
    await kept.vault.create("other")
    await kept.scans.write("scan", "file", "owner", LARGE)
    with pytest.raises(Tampered):
        await kept.scans.read("scan", "other")
    with pytest.raises(KeyMissing):
        await kept.scans.read("scan", "nobody")
    with pytest.raises(NotFound):
        await kept.scans.read("none", "owner")
    await kept.scans.write("second", "file", "owner", b"second")
    await kept.database["scans.chunks"].delete_many({"files_id": "scan"})
    await kept.database["scans.chunks"].update_many({"files_id": "second"}, {"$set": {"files_id": "scan"}})
    await kept.database["scans.files"].delete_one({"_id": "scan"})
    listed = await kept.database["scans.files"].find_one_and_delete({"_id": "second"})
    assert listed is not None
    await kept.database["scans.files"].insert_one({**listed, "_id": "scan"})
    with pytest.raises(Tampered):
        await kept.scans.read("scan", "owner")


async def test_a_second_write_replaces_the_first(kept: Kept) -> None:
    await kept.scans.write("scan", "file", "owner", LARGE)
    await kept.scans.write("scan", "file", "owner", b"short")
    assert await kept.scans.read("scan", "owner") == b"short"
    assert await kept.left() == [1, 1, 1]


async def test_what_was_confirmed_is_not_looked_at_until_it_is_doubted(kept: Kept) -> None:
    await kept.scans.write("scan", "file", "owner", b"x")
    assert [one.file_id for one in await kept.scans.unconfirmed(LATER, 10)] == ["file"]
    assert await kept.scans.unconfirmed(NOON, 10) == []
    await kept.scans.confirm("scan")
    assert await kept.scans.unconfirmed(LATER, 10) == []
    await kept.scans.doubt("scan")
    await kept.scans.doubt("none")
    assert [one.scan_id for one in await kept.scans.unconfirmed(LATER, 10)] == ["scan"]
    await kept.scans.remove("scan")
    await kept.scans.remove("none")
    assert await kept.left() == [0, 0, 0]


async def test_an_upload_that_broke_off_leaves_nothing_after_the_sweep(kept: Kept) -> None:
    await kept.scans.write("scan", "file", "owner", LARGE)
    # What a crash leaves: chunks and the mark, and no list entry yet.
    await kept.database["scans.files"].delete_many({})
    (orphan,) = await kept.scans.unconfirmed(LATER, 10)
    await kept.scans.remove(orphan.scan_id)
    assert await kept.left() == [0, 0, 0]


async def _world_with(kept: Kept) -> World:
    world = await new_world()
    deps = replace(
        world.deps,
        clock=kept.clock,
        scans=BucketScans(kept.database, world.deps.vault, kept.clock),
        inspector=UploadInspector(),
    )
    return replace(world, deps=deps)


async def test_the_sweep_removes_orphans_and_keeps_what_a_file_refers_to(kept: Kept) -> None:
    world = await _world_with(kept)
    person = await world.register("ZZ300001", date(1990, 5, 12))
    request = await world.at_entry(person)
    file = await centre_work.enter_medical_file(world.deps, AGENT, request.id, ENTRY)
    added = [
        await scanning.add_scan(world.deps, AGENT, request.id, ScanKind.OTHER, content)
        for content in (uploads.pdf(2), uploads.picture("JPEG"))
    ]
    assert [(scan.media_type, scan.pages) for scan in added] == [("application/pdf", 2), ("image/jpeg", 1)]
    await world.deps.scans.doubt(added[0].id)
    await world.deps.scans.write("orphan", file.id, person.id, LARGE)
    kept.clock.advance(ORPHAN_AFTER + timedelta(seconds=1))
    assert await scanning.sweep_scans(world.deps) == 1
    assert await scanning.sweep_scans(world.deps) == 0
    for scan in added:
        read = await scanning.read_scan(world.deps, AGENT, request.id, scan.id)
        assert len(read.content) == scan.size_bytes
    with pytest.raises(NotFound):
        await world.deps.scans.read("orphan", person.id)


REFUSED = {
    "type": b"a letter",
    "damaged": b"%PDF-1.7 and nothing more",
    "locked": uploads.pdf(password="secret"),
    "pixels": uploads.png_claiming(60_000, 60_000),
    "heavy": uploads.pdf_unpacking_to(2000),
}


@pytest.mark.parametrize(("why", "content"), REFUSED.items(), ids=REFUSED.keys())
async def test_the_process_apart_tells_why_it_refuses(why: str, content: bytes) -> None:
    with pytest.raises(ScanUnusable) as refusal:
        await UploadInspector().inspect(content)
    assert refusal.value.details == {"why": why}


async def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ScanUnusable) as refusal:
        await UploadInspector(answer_within_s=0.01).inspect(uploads.pdf())
    assert refusal.value.details == {"why": "heavy"}
