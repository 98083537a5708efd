"""The public log: what is logged and when, its pages as anybody asks for them, a holder's receipt."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from libs.chassis.notes import NoteVerifier
from libs.contracts.certificates import CertificateStatus
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.entry import STATUS_AFTER, LogEntry, LogKind, Statement, find_statement
from libs.contracts.issuance_log.merkle import is_consistent, is_included, leaf_hash, root_of
from libs.contracts.issuance_log.tiles import Tile, entries_in, hashes_in
from libs.contracts.people import Role
from libs.ui.pages import Pages
from services.certificates import api, handlers, pages
from services.certificates.domain import facts
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.log import LogReceipt, intent_of, logged
from services.certificates.domain.version import Version
from services.certificates.errors import LogBroken
from services.certificates.handlers import log as handlers_log
from tests.support.certificates_world import MORNING, PRINTED, World, new_world
from tests.support.logging_process import invented
from tests.support.visitors import Site, build_site

WORDS = Pages("services.certificates")
languages = pytest.mark.parametrize("lang", ["ar", "fr"])


@pytest.fixture
async def world() -> World:
    return await new_world()


@pytest.fixture
def site(world: World) -> Site:
    built = build_site(api.router, pages.router, translate=WORDS.word, on_error=WORDS.on_error)
    built.app.state.deps = world.deps
    built.app.state.pages = WORDS
    return built


async def get(site: Site, path: str, **headers: str) -> httpx.Response:
    async with site.client() as client:
        return await client.get(path, headers=headers)


async def issued(world: World, request_id: str = "request-1") -> tuple[Certificate, Version]:
    """A certificate with its newest version in the log."""
    await world.brought_to(Stage.ISSUED, request_id)
    stored = await world.stored(request_id)
    version = stored.value.versions[-1]
    if version.log_index is None:
        receipt = await handlers.record(world.deps, request_id, version, LogKind.ISSUED, MORNING)
        version = logged(version, receipt)
        after = replace(stored.value, versions=(*stored.value.versions[:-1], version))
        await world.deps.certificates.save(stored, after)
    return await world.file(request_id), version


async def fill(world: World, entries: int) -> None:
    for number in range(entries):
        await world.log.append(invented(number))


async def test_a_change_is_logged_once_however_often_it_is_tried(world: World) -> None:
    _file, version = await issued(world)
    suspended = replace(version, status=CertificateStatus.SUSPENDED)
    later = MORNING + timedelta(hours=1)
    first = await handlers.record(world.deps, "request-1", suspended, LogKind.SUSPENDED, MORNING)
    assert await handlers.record(world.deps, "request-1", suspended, LogKind.SUSPENDED, later) == first
    again = logged(suspended, first)
    resumed = await handlers.record(
        world.deps, "request-1", replace(again, status=CertificateStatus.VALID), LogKind.RESUMED, later
    )
    second = await handlers.record(
        world.deps, "request-1", replace(again, log_index=resumed.index), LogKind.SUSPENDED, later
    )
    assert [first.index, resumed.index, second.index] == [1, 2, 3]


async def test_the_public_fact_opens_the_entry(world: World) -> None:
    file, version = await issued(world)
    fact = facts.status(file, version, MORNING + timedelta(hours=1))
    statement = find_statement(fact)
    assert statement is not None
    assert fact.log_index is not None
    assert fact.log_salt is not None
    entry = LogEntry.decoded(world.log.leaves[fact.log_index])
    assert entry.commitment == statement.commitment(fact.log_salt)
    assert entry.at == fact.changed_at


async def test_a_version_without_a_slot_is_logged_with_its_files_digest(world: World) -> None:
    _file, version = await issued(world)
    old = replace(version, document_sha256=None)
    statement = intent_of("request-1", old, LogKind.ISSUED, MORNING).statement
    assert statement.document_sha256 == version.paper.sha256


def test_a_logged_version_has_the_moment_of_its_entry() -> None:
    later = MORNING + timedelta(seconds=3)
    version: Any = _version()
    after = logged(version, LogReceipt(5, "aa", later))
    assert (after.log_index, after.log_salt, after.changed_at) == (5, "aa", later)


def _version() -> Version:
    none: Any = None
    return Version(1, "2026/000001", "", CertificateStatus.VALID, date(2026, 11, 23), None, none, none, none)


@languages
async def test_anybody_reads_what_the_log_is(world: World, site: Site, lang: str) -> None:
    await fill(world, 3)
    page = await get(site, f"/log?lang={lang}")
    assert page.status_code == HTTPStatus.OK
    assert WORDS.word(lang, "log.title") in page.text
    assert world.log.key in page.text.replace("&#43;", "+")
    for kind in STATUS_AFTER:
        assert WORDS.word(lang, f"log.kind.{kind}") in page.text


async def test_a_monitor_reads_key_head_tiles_and_entries(world: World, site: Site) -> None:
    await fill(world, 600)
    await world.log.publish()
    key = await get(site, "/log/key")
    note = await get(site, "/log/checkpoint")
    head = Checkpoint.read(NoteVerifier.read(key.text).opened(note.text))
    assert (head.origin, head.size) == ("localhost:8080/log", 600)
    entries: list[bytes] = []
    hashes: list[bytes] = []
    for name in ("000", "001", "002.p/88"):
        entries += entries_in((await get(site, f"/log/tile/entries/{name}")).content)
        hashes += hashes_in((await get(site, f"/log/tile/0/{name}")).content)
    assert hashes == [leaf_hash(entry) for entry in entries]
    assert head.root == root_of(hashes)
    tile = await get(site, f"/log/tile/{Tile(1, 0, 2).path}")
    assert hashes_in(tile.content) == [root_of(hashes[:256]), root_of(hashes[256:512])]
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert tile.headers["content-type"] == "application/octet-stream"
    assert note.headers["cache-control"] == "no-cache"


async def test_what_is_proved_holds(world: World, site: Site) -> None:
    await fill(world, 11)
    await world.log.publish()
    hashes = [leaf_hash(leaf) for leaf in world.log.leaves]
    included = (await get(site, "/log/proof/inclusion?index=4&size=9")).json()
    assert included | {"proof": []} == {"index": 4, "size": 9, "proof": []}
    assert is_included(hashes[4], 4, 9, decoded(included["proof"]), root_of(hashes[:9]))
    consistent = (await get(site, "/log/proof/consistency?from=3&to=11")).json()
    assert consistent | {"proof": []} == {"from": 3, "to": 11, "proof": []}
    proof = decoded(consistent["proof"])
    assert is_consistent(3, root_of(hashes[:3]), 11, root_of(hashes), proof)


def decoded(proof: list[str]) -> list[bytes]:
    return [base64.b64decode(step, validate=True) for step in proof]


@pytest.mark.parametrize(
    "path",
    [
        "/log/tile/0/000.p/5",
        "/log/tile/0/001",
        "/log/tile/1/000.p/1",
        "/log/tile/entries/000",
        "/log/tile/0/0",
        "/log/proof/inclusion?index=4&size=5",
        "/log/proof/inclusion?index=4&size=4",
        "/log/proof/inclusion?index=-1&size=4",
        "/log/proof/consistency?from=0&to=4",
        "/log/proof/consistency?from=3&to=5",
    ],
)
async def test_what_no_head_covers_is_not_found(world: World, site: Site, path: str) -> None:
    await fill(world, 4)
    await world.log.publish()
    await fill(world, 300)
    answer = await get(site, path, accept="application/json")
    assert answer.status_code == HTTPStatus.NOT_FOUND


async def test_a_broken_log_is_told_and_signs_nothing(world: World) -> None:
    class Broken:
        async def publish(self) -> None:
            raise LogBroken(size=3)

    with pytest.raises(LogBroken):
        await handlers_log.publish_log_head(world.with_parts(log_tree=Broken()))


async def test_entries_that_took_no_effect_are_looked_for_after_a_minute(world: World) -> None:
    await handlers_log.void_unused_entries(world.deps)
    assert world.log.swept == [(MORNING - timedelta(minutes=1), MORNING)]


async def test_a_holder_receives_what_shows_that_it_is_logged(world: World, site: Site) -> None:
    await fill(world, 5)
    file, version = await issued(world)
    await world.log.publish()
    await fill(world, 9)
    cookie = site.cookie(site.authority.person(file.person_id))
    assert (
        'href="/certificates/request-1/receipt"'
        in (await get(site, "/certificates/request-1", **cookie)).text
    )
    answer = await get(site, "/certificates/request-1/receipt", **cookie)
    assert answer.status_code == HTTPStatus.OK
    check_receipt(answer.json(), world)
    told = json.dumps(answer.json(), ensure_ascii=False)
    assert PRINTED.arabic_family_name not in told
    assert PRINTED.identifier.number not in told
    assert answer.json()["statement"]["number"] == version.number


def check_receipt(receipt: dict[str, Any], world: World) -> None:
    """The steps of docs/log.md."""
    assert receipt["key"] == world.log.key
    head = Checkpoint.read(NoteVerifier.read(receipt["key"]).opened(receipt["checkpoint"]))
    assert head.size == receipt["size"]
    leaf = receipt["entry"].encode()
    assert receipt["leaf_hash"] == base64.b64encode(leaf_hash(leaf)).decode()
    proof = decoded(receipt["proof"])
    assert is_included(leaf_hash(leaf), receipt["index"], head.size, proof, head.root)
    told = receipt["statement"]
    entry = LogEntry.decoded(leaf)
    statement = Statement(
        **told
        | {
            "status": CertificateStatus(told["status"]),
            "issued_on": date.fromisoformat(told["issued_on"]),
            "valid_until": told["valid_until"] and date.fromisoformat(told["valid_until"]),
            "changed_at": entry.at,
        }
    )
    assert statement.commitment(receipt["salt"]) == entry.commitment


async def test_a_receipt_of_an_entry_that_no_head_covers_yet_brings_a_new_head(
    world: World, site: Site
) -> None:
    await world.log.publish()
    file, _version = await issued(world)
    cookie = site.cookie(site.authority.person(file.person_id))
    answer = await get(site, "/certificates/request-1/receipt?version=1", **cookie)
    assert answer.json()["size"] == 1
    check_receipt(answer.json(), world)


async def test_the_staff_receives_it_too_and_nobody_else(world: World, site: Site) -> None:
    await issued(world)
    path = "/certificates/request-1/receipt"
    controller = site.authority.hire("controller", Role.CONTROLLER)
    check_receipt((await get(site, path, **site.cookie(controller))).json(), world)
    other = await get(site, path, accept="application/json", **site.cookie(site.authority.person("person-2")))
    assert other.status_code == HTTPStatus.NOT_FOUND
    nobody = await get(site, path, accept="application/json")
    assert nobody.status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("version", [0, 2])
async def test_a_version_that_there_is_not_has_no_receipt(world: World, site: Site, version: int) -> None:
    file, _version = await issued(world)
    cookie = site.cookie(site.authority.person(file.person_id))
    path = f"/certificates/request-1/receipt?version={version}"
    answer = await get(site, path, accept="application/json", **cookie)
    assert answer.status_code == HTTPStatus.NOT_FOUND
