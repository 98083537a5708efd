"""A certificate's life on a real MongoDB: what is asked of the store, and two at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar, get_args

import pytest

from libs.chassis.aggregates import Aggregates, Index
from libs.chassis.codec import Codec
from libs.chassis.mongo import Database, Driver, connect, disconnect
from libs.chassis.mongo_aggregates import MongoAggregates
from libs.contracts.certificates import CertificateStatus
from services.certificates import handlers
from services.certificates.adapters.store import Store
from services.certificates.domain.certificate import Stage
from services.certificates.domain.orders import OrderKind, RevocationReason
from services.certificates.handlers.life import OrderAsked
from services.certificates.handlers.work import scope_of
from tests.support.certificates_parts import Crash, Crashing
from tests.support.certificates_world import (
    CONTROLLER,
    DESK,
    MORNING,
    OFFICER,
    OTHER_DESK,
    PRINTED,
    REGISTRAR,
    SIGNATORY,
    World,
    holder,
    new_world,
)
from tests.support.parts import MongoPart

A = TypeVar("A")
FILE = "request-1"
REVOKE = OrderAsked(OrderKind.REVOKE, "because", RevocationReason.ERROR)
ROUNDS = 12


@dataclass
class MongoGround:
    """Opens collections of a real database with a world's keys and clock."""

    database: Database
    world: World

    async def aggregates(self, codec: Codec[A], indexes: Sequence[Index] = ()) -> Aggregates[A]:
        vault, clock = self.world.platform.vault, self.world.clock
        opened = MongoAggregates(self.database, codec, vault, clock, asyncio.Event())
        await opened.prepare(indexes)
        return opened


@pytest.fixture(params=get_args(Driver))
async def database(mongo: MongoPart, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    name = "certificates_life"
    opened = connect(mongo.url_for(name), name, request.param)
    yield opened
    await disconnect(opened)


@pytest.fixture
async def world(database: Database) -> World:
    """A world whose files lie in a real database, with one issued certificate."""
    world = await new_world()
    for collection in await database.list_collection_names():
        await database[collection].delete_many({})
    store = await Store.open(MongoGround(database, world))
    world.deps = world.with_parts(certificates=store.certificates, batches=store.batches, queries=store)
    await world.brought_to(Stage.ISSUED, FILE, valid_until=date(2026, 12, 31))
    return world


async def correction_at_signature(world: World, place: str = "فاس") -> None:
    proposed = PRINTED.model_copy(update={"birth_place": place})
    await handlers.propose_correction(world.deps, OFFICER, FILE, proposed)
    await handlers.draft(world.deps, OFFICER, FILE)
    await handlers.check(world.deps, CONTROLLER, FILE)
    await handlers.register(world.deps, REGISTRAR, FILE)


async def test_an_issued_certificate_is_found_while_another_version_is_made(world: World) -> None:
    await correction_at_signature(world)
    await world.approved("not-issued")
    queries = world.deps.queries
    assert await queries.find_of_person("person-1", FILE) is not None
    assert [stored.id for stored in await queries.of_person("person-1")] == [FILE]
    assert await queries.find_within(scope_of(DESK), FILE) is not None
    assert await queries.find_within(scope_of(DESK), "not-issued") is None
    assert await queries.find_within(scope_of(OTHER_DESK), FILE) is None
    assert [stored.id for stored in await queries.named(scope_of(DESK), "2026/000001")] == [FILE]


async def test_what_waits_is_found_until_it_is_decided(world: World) -> None:
    queries, scope = world.deps.queries, scope_of(OFFICER)
    assert list(await queries.ordered(scope)) == []
    assert list(await queries.mistaken(scope)) == []
    await handlers.tell_mistake(world.deps, holder(), FILE, "my birth place is wrong")
    await handlers.ask_order(world.deps, OFFICER, FILE, REVOKE)
    assert [stored.id for stored in await queries.mistaken(scope)] == [FILE]
    assert [stored.id for stored in await queries.ordered(scope)] == [FILE]
    died = Crashing(world.deps.log, "append")
    with pytest.raises(Crash):
        await handlers.confirm_order(world.with_parts(log=died), SIGNATORY, FILE)
    assert list(await queries.ordered(scope)) == []
    assert list(await queries.approved_before(MORNING - timedelta(seconds=1))) == []
    assert [stored.id for stored in await queries.approved_before(MORNING)] == [FILE]
    world.clock.advance(timedelta(minutes=2))
    await handlers.sweep(world.deps)
    assert list(await queries.approved_before(world.clock.now())) == []
    assert list(await queries.mistaken(scope)) == []
    assert (await world.file()).versions[0].status is CertificateStatus.REVOKED


async def test_reminders_are_due_by_their_day(world: World) -> None:
    queries = world.deps.queries
    assert list(await queries.to_remind(date(2026, 11, 30))) == []
    assert [stored.id for stored in await queries.to_remind(date(2026, 12, 1))] == [FILE]


async def watch(database: Database, ended: asyncio.Event) -> int:
    """The most valid versions that one document ever had while others wrote to it."""
    most = 0
    while not ended.is_set():
        document: Any = await database["certificates"].find_one({"_id": FILE}, {"state.versions.status": 1})
        found = [version["status"] for version in document["state"]["versions"]]
        most = max(most, found.count("valid"))
    return most


async def test_in_races_of_signatures_and_orders_nobody_ever_reads_two_valid_versions(
    world: World, database: Database
) -> None:
    ended = asyncio.Event()
    watching = asyncio.create_task(watch(database, ended))
    for turn in range(ROUNDS):
        await correction_at_signature(world, f"مدينة {'أ' * (turn + 1)}")
        last = turn == ROUNDS - 1
        await handlers.ask_order(
            world.deps, OFFICER, FILE, REVOKE if last else OrderAsked(OrderKind.SUSPEND, "because")
        )
        await asyncio.gather(
            handlers.sign(world.deps, SIGNATORY, FILE),
            handlers.confirm_order(world.deps, SIGNATORY, FILE),
            handlers.sign(world.deps, SIGNATORY, FILE),
            return_exceptions=True,
        )
        world.clock.advance(timedelta(minutes=2))
        if not last:
            await handlers.ask_order(world.deps, OFFICER, FILE, OrderAsked(OrderKind.RESUME, "because"))
            await handlers.confirm_order(world.deps, SIGNATORY, FILE)
        await handlers.sweep(world.deps)
        if (await world.file()).stage is Stage.SIGNATURE and not last:
            await handlers.sign(world.deps, SIGNATORY, FILE)
    ended.set()
    assert await watching == 1
    file = await world.file()
    assert {version.status for version in file.versions} == {CertificateStatus.REVOKED}
    assert len(file.versions) >= ROUNDS
