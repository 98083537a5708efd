"""Papers on a real MongoDB: what pages share once, the rest sealed, together, at once, and after a crash."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import get_args

import pytest

from libs.chassis import crypto
from libs.chassis.clock import FixedClock
from libs.chassis.crypto import MemoryKeyStore, Tampered, Vault
from libs.chassis.errors import KeyMissing, NotFound
from libs.chassis.mongo import Database, Driver, connect, disconnect
from services.certificates.adapters.papers import MongoPapers
from services.certificates.adapters.pdf import get_wording, slot
from services.certificates.adapters.pdf.fast import CertificatePress
from services.certificates.adapters.pdf.slot import BYTE_RANGE, EMPTY_CONTENTS
from services.certificates.domain.version import Paper, PrintedPage, Seal
from tests.support.certificates_parts import printed_page
from tests.support.certificates_world import MORNING
from tests.support.corpus import corpus
from tests.support.parts import MongoPart

DETACHED = Seal("key", signature="c2ln")
SHARED = b"%PDF-1.7 what all share "
MOST_BYTES = 24_000


@pytest.fixture(params=get_args(Driver))
async def database(mongo: MongoPart, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    name = "certificates_papers"
    opened = connect(mongo.url_for(name), name, request.param)
    for collection in await opened.list_collection_names():
        await opened.drop_collection(collection)
    yield opened
    await disconnect(opened)


@pytest.fixture
async def vault() -> Vault:
    vault = Vault("certificates", os.urandom(32), MemoryKeyStore())
    for person in ("person-1", "person-2"):
        await vault.create(person)
    return vault


@pytest.fixture
def papers(database: Database, vault: Vault) -> MongoPapers:
    return MongoPapers(database, vault, FixedClock(MORNING))


def page(text: str, shared: bytes = SHARED) -> PrintedPage:
    """A file with an empty slot; no reader opens it, but everything that is sealed of a page is there."""
    written = f"1 0 obj {text} /ByteRange {BYTE_RANGE} /Contents {EMPTY_CONTENTS} endobj"
    pdf = slot.close(shared + written.encode())
    return printed_page(pdf, slot.digest(pdf).hex(), len(shared))


def whole_of(page: PrintedPage) -> bytes:
    return page.shared + page.rest


async def test_a_paper_is_read_back_as_it_was_kept(papers: MongoPapers) -> None:
    one = page("one")
    kept = await papers.keep("one-1", "person-1", one)
    assert kept.paper == Paper("one-1", sha256(whole_of(one)).hexdigest())
    assert kept.document_sha256 == one.document_sha256
    assert await papers.find("one-1") == kept
    assert await papers.read(kept.paper, DETACHED, "person-1") == whole_of(one)


async def test_a_paper_that_shares_nothing_is_kept_too(papers: MongoPapers) -> None:
    whole = page("drawn whole", b"")
    kept = await papers.keep("one-1", "person-1", whole)
    assert await papers.read(kept.paper, DETACHED, "person-1") == whole_of(whole)


async def test_a_seal_stands_in_the_slot_of_what_is_read(papers: MongoPapers) -> None:
    kept = await papers.keep("one-1", "person-1", page("one"))
    cms = bytes.fromhex("3003020107")
    sealed = await papers.read(kept.paper, Seal("key", base64.b64encode(cms).decode()), "person-1")
    assert slot.content(sealed) == cms
    assert slot.digest(sealed).hex() == kept.document_sha256


@pytest.mark.parametrize("covered", [{}, {"document_sha256": "aa" * 32}])
async def test_a_paper_of_the_first_form_is_read(
    papers: MongoPapers, database: Database, vault: Vault, covered: dict[str, str]
) -> None:
    pdf = whole_of(page("one"))
    key = await vault.key_of("person-1")
    old = {
        "_id": "one-1",
        "owner": "person-1",
        "sha256": sha256(pdf).hexdigest(),
        "sealed": crypto.seal(key, pdf, "papers|one-1|pdf"),
        "at": MORNING,
    }
    await database["papers"].insert_one(old | covered)
    kept = await papers.find("one-1")
    assert kept is not None
    assert kept.document_sha256 == covered.get("document_sha256", kept.paper.sha256)
    assert await papers.read(kept.paper, DETACHED, "person-1") == pdf


async def test_what_pages_share_is_kept_once(papers: MongoPapers, database: Database, vault: Vault) -> None:
    pages = [page("one"), page("two"), page("other", b"%PDF-1.7 another shape ")]
    again = MongoPapers(database, vault, FixedClock(MORNING))
    await asyncio.gather(*(papers.keep(f"{place}-1", "person-1", each) for place, each in enumerate(pages)))
    await again.keep("later-1", "person-2", page("three"))
    shared = {bytes(each["bytes"]) async for each in database["paper_prefixes"].find()}
    assert shared == {SHARED, b"%PDF-1.7 another shape "}


async def test_a_crash_between_leaves_nothing_but_what_pages_share(
    papers: MongoPapers, database: Database, vault: Vault
) -> None:
    await papers._keep_prefix(sha256(SHARED).hexdigest(), SHARED)
    assert await papers.find("one-1") is None
    again = MongoPapers(database, vault, FixedClock(MORNING))
    kept = await again.keep("one-1", "person-1", page("one"))
    assert await again.read(kept.paper, DETACHED, "person-1") == whole_of(page("one"))


async def test_a_printed_certificate_takes_few_bytes(papers: MongoPapers, database: Database) -> None:
    press = CertificatePress()
    for person in corpus(12):
        filled = press.print_certificate(person.content, get_wording(person.content.issued_on))
        printed = printed_page(filled.pdf, slot.digest(filled.pdf).hex(), len(filled.shared.content))
        kept = await papers.keep(person.name, "person-1", printed)
        document = await database["papers"].find_one({"_id": person.name})
        assert document is not None
        assert await papers.read(kept.paper, DETACHED, "person-1") == filled.pdf
        assert not filled.shared.content or len(document["rest"]) < MOST_BYTES


async def test_the_first_paper_stays(papers: MongoPapers) -> None:
    pages = [page(str(number)) for number in range(8)]
    kept = await asyncio.gather(*(papers.keep("one-1", "person-1", each) for each in pages))
    assert len(set(kept)) == 1
    read = await papers.read(kept[0].paper, DETACHED, "person-1")
    assert sha256(read).hexdigest() == kept[0].paper.sha256


async def test_one_that_was_there_holds_no_other_up(papers: MongoPapers) -> None:
    first = await papers.keep("3-1", "person-1", page("first"))
    pages = [page(str(number)) for number in range(8)]
    kept = await asyncio.gather(
        *(papers.keep(f"{place}-1", "person-1", each) for place, each in enumerate(pages))
    )
    assert kept.pop(3) == first
    for paper in kept:
        read = await papers.read(paper.paper, DETACHED, "person-1")
        assert sha256(read).hexdigest() == paper.paper.sha256


async def test_a_paper_lies_sealed(papers: MongoPapers, database: Database) -> None:
    await papers.keep("one-1", "person-1", page("a name"))
    document = await database["papers"].find_one({"_id": "one-1"})
    assert document is not None
    assert set(document) == {"_id", "owner", "sha256", "document_sha256", "rest", "at"}
    kept = repr(document).encode() + bytes(document["rest"])
    assert b"a name" not in kept
    assert sha256(SHARED).digest() not in kept
    assert sha256(SHARED).hexdigest().encode() not in kept


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
    await database["papers"].update_one({"_id": "one-1"}, {"$set": {"rest": moved["rest"]}})
    with pytest.raises(Tampered):
        await papers.read(one, DETACHED, "person-1")


async def test_a_paper_without_its_holders_key_is_not_kept(papers: MongoPapers) -> None:
    with pytest.raises(KeyMissing):
        await papers.keep("one-1", "nobody", page("one"))


@pytest.mark.parametrize("change", [{"$set": {"bytes": b"%PDF-1.7 of somebody else"}}, None])
async def test_what_pages_share_may_not_change(
    papers: MongoPapers, database: Database, change: dict[str, object] | None
) -> None:
    kept = await papers.keep("one-1", "person-1", page("one"))
    if change is None:
        await database["paper_prefixes"].delete_many({})
    else:
        await database["paper_prefixes"].update_many({}, change)
    with pytest.raises(Tampered):
        await papers.read(kept.paper, DETACHED, "person-1")
