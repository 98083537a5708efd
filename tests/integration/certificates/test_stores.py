"""Numbers, papers and files of certificates on a real MongoDB: together, at once, and after a crash."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import get_args

import pytest

from libs.chassis.clock import FixedClock
from libs.chassis.crypto import MemoryKeyStore, Tampered, Vault
from libs.chassis.errors import KeyMissing, NotFound
from libs.chassis.mongo import Database, Driver, connect, disconnect
from services.certificates.adapters.numbers import MongoNumbers
from services.certificates.adapters.papers import MongoPapers
from services.certificates.adapters.pdf import slot
from services.certificates.adapters.pdf.slot import BYTE_RANGE, EMPTY_CONTENTS, SlotUnusable
from services.certificates.domain.number import VoidReason
from services.certificates.domain.version import Paper, Seal
from tests.support.certificates_world import MORNING
from tests.support.parts import MongoPart

YEAR = 2026
DETACHED = Seal("key", signature="c2ln")
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


@pytest.fixture
async def papers(database: Database) -> MongoPapers:
    vault = Vault("certificates", os.urandom(32), MemoryKeyStore())
    for person in ("person-1", "person-2"):
        await vault.create(person)
    return MongoPapers(database, vault, FixedClock(MORNING))


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


def page(text: str) -> bytes:
    """A file with an empty slot; no reader opens it, but everything that is sealed of a page is there."""
    written = f"%PDF-1.7 1 0 obj {text} /ByteRange {BYTE_RANGE} /Contents {EMPTY_CONTENTS} endobj"
    return slot.close(written.encode())


async def test_a_paper_is_read_back_as_it_was_kept(papers: MongoPapers) -> None:
    kept = await papers.keep("one-1", "person-1", page("one"))
    assert kept.paper == Paper("one-1", sha256(page("one")).hexdigest())
    assert kept.document_sha256 == slot.digest(page("one")).hex()
    assert await papers.find("one-1") == kept
    assert await papers.read(kept.paper, DETACHED, "person-1") == page("one")


async def test_a_seal_stands_in_the_slot_of_what_is_read(papers: MongoPapers) -> None:
    kept = await papers.keep("one-1", "person-1", page("one"))
    cms = bytes.fromhex("3003020107")
    sealed = await papers.read(kept.paper, Seal("key", base64.b64encode(cms).decode()), "person-1")
    assert slot.content(sealed) == cms
    assert slot.digest(sealed).hex() == kept.document_sha256


async def test_a_page_without_a_slot_is_not_kept(papers: MongoPapers) -> None:
    with pytest.raises(SlotUnusable):
        await papers.keep("one-1", "person-1", b"%PDF-1.7")
    assert await papers.find("one-1") is None


async def test_what_was_kept_before_there_was_a_slot_is_read_whole(
    papers: MongoPapers, database: Database
) -> None:
    kept = await papers.keep("one-1", "person-1", page("one"))
    await database["papers"].update_one({"_id": "one-1"}, {"$unset": {"document_sha256": 1}})
    old = await papers.find("one-1")
    assert old is not None
    assert old.document_sha256 == kept.paper.sha256
    assert await papers.read(old.paper, DETACHED, "person-1") == page("one")


async def test_the_first_paper_stays(papers: MongoPapers) -> None:
    pages = [page(str(number)) for number in range(8)]
    kept = await asyncio.gather(*(papers.keep("one-1", "person-1", each) for each in pages))
    assert len(set(kept)) == 1
    read = await papers.read(kept[0].paper, DETACHED, "person-1")
    assert sha256(read).hexdigest() == kept[0].paper.sha256


async def test_a_paper_lies_sealed(papers: MongoPapers, database: Database) -> None:
    await papers.keep("one-1", "person-1", page("a name"))
    document = await database["papers"].find_one({"_id": "one-1"})
    assert document is not None
    assert b"PDF" not in bytes(document["sealed"])


async def test_a_paper_of_somebody_else_is_not_found(papers: MongoPapers) -> None:
    paper = (await papers.keep("one-1", "person-1", page("one"))).paper
    with pytest.raises(NotFound):
        await papers.read(paper, DETACHED, "person-2")
    with pytest.raises(NotFound):
        await papers.read(Paper("nothing", paper.sha256), DETACHED, "person-1")


async def test_a_paper_that_was_changed_is_refused(papers: MongoPapers, database: Database) -> None:
    one = (await papers.keep("one-1", "person-1", page("one"))).paper
    other = (await papers.keep("other-1", "person-1", page("other"))).paper
    with pytest.raises(Tampered):
        await papers.read(Paper(one.paper_id, other.sha256), DETACHED, "person-1")
    moved = await database["papers"].find_one({"_id": "other-1"})
    assert moved is not None
    await database["papers"].update_one({"_id": "one-1"}, {"$set": {"sealed": moved["sealed"]}})
    with pytest.raises(Tampered):
        await papers.read(one, DETACHED, "person-1")


async def test_a_paper_without_its_holders_key_is_not_kept(papers: MongoPapers) -> None:
    with pytest.raises(KeyMissing):
        await papers.keep("one-1", "nobody", page("one"))
