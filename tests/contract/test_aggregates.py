"""The store's promises, the same cases on the in-memory twin and on a real MongoDB by both drivers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from libs.chassis.aggregates import Aggregates, AnyOf, AtMost, Copied
from libs.chassis.clock import FixedClock
from libs.chassis.crypto import MemoryKeyStore, Vault
from libs.chassis.delivery import Delivery
from libs.chassis.errors import AlreadyApplied, Duplicate, KeyMissing, NotFound, NotYet, SequenceGap, Stale
from libs.chassis.ids import new_id
from libs.chassis.memory import MemoryAggregates
from libs.chassis.mongo import Driver, connect, disconnect
from libs.chassis.mongo_aggregates import MongoAggregates
from libs.contracts.event import Event
from tests.support.ledger import ACCOUNT_INDEXES, ACCOUNTS, Account, Line, Moved, Personal, moved
from tests.support.parts import MongoPart

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Case:
    """One kind of store under test."""

    def __init__(self, store: MemoryAggregates[Account] | MongoAggregates[Account], vault: Vault) -> None:
        self.store = store
        self.vault = vault

    async def owner(self) -> str:
        owner_id = new_id()
        await self.vault.create(owner_id)
        return owner_id

    async def account(self, balance: int = 0) -> Account:
        return Account(await self.owner(), balance, personal=Personal("زينب"))


@pytest.fixture(params=["memory", "pymongo", "motor"])
async def case(request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    vault = Vault("ledger", os.urandom(32), MemoryKeyStore())
    clock = FixedClock(NOON)
    if request.param == "memory":
        memory = MemoryAggregates(ACCOUNTS, vault, clock)
        await memory.prepare(ACCOUNT_INDEXES)
        yield Case(memory, vault)
        return
    mongo: MongoPart = request.getfixturevalue("mongo")
    driver: Driver = request.param
    database = connect(mongo.url_for("ledger"), "ledger", driver)
    await database["accounts"].delete_many({})
    store = MongoAggregates(database, ACCOUNTS, vault, clock, asyncio.Event())
    await store.prepare(ACCOUNT_INDEXES)
    yield Case(store, vault)
    await disconnect(database)


def delivery(sequence: int, key: str = "a1", *, complete: bool = False) -> Delivery[Event]:
    event = Moved(account_id=key, amount=1)
    return Delivery(event, new_id(), "bank.facts", key, sequence, complete=complete)


async def test_what_was_inserted_is_loaded_equal(case: Case) -> None:
    account = await case.account(5)
    await case.store.insert("a1", account)
    stored = await case.store.get("a1")
    assert stored.value == account
    assert stored.version == 1


async def test_an_unknown_id_is_not_found(case: Case) -> None:
    assert await case.store.find("nobody") is None
    with pytest.raises(NotFound):
        await case.store.get("nobody")


async def test_the_same_id_twice_is_refused_and_named(case: Case) -> None:
    await case.store.insert("a1", await case.account())
    with pytest.raises(Duplicate) as refused:
        await case.store.insert("a1", await case.account())
    assert refused.value.details["index"] == "id"


async def test_a_unique_field_is_refused_by_its_index_name_and_only_where_it_applies(case: Case) -> None:
    first = await case.account()
    stored = await case.store.insert("a1", first)
    with pytest.raises(Duplicate) as refused:
        await case.store.insert("a2", first)
    assert refused.value.details["index"] == "one_open_per_owner"
    await case.store.save(stored, replace(first, open=False))
    await case.store.insert("a2", first)


async def test_the_personal_part_is_read_back_after_any_change_of_it_of_its_owner_or_of_neither(
    case: Case,
) -> None:
    account = await case.account()
    stored = await case.store.insert("a1", account)
    stored = await case.store.save(stored, account.moved(1))
    assert (await case.store.get("a1")).value == account.moved(1)
    handed_on = replace(account, owner_id=await case.owner())
    stored = await case.store.save(stored, handed_on)
    assert (await case.store.get("a1")).value == handed_on
    renamed = replace(handed_on, personal=Personal("new name"))
    await case.store.save(stored, renamed)
    assert (await case.store.get("a1")).value == renamed


async def test_an_older_version_is_never_saved(case: Case) -> None:
    account = await case.account()
    first = await case.store.insert("a1", account)
    await case.store.save(first, account.moved(1))
    with pytest.raises(Stale):
        await case.store.save(first, account.moved(2))
    assert (await case.store.get("a1")).value.balance == 1


async def test_of_many_racing_writers_exactly_one_wins(case: Case) -> None:
    account = await case.account()
    first = await case.store.insert("a1", account)
    results = await asyncio.gather(
        *(case.store.save(first, account.moved(n)) for n in range(10)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert sum(isinstance(result, Stale) for result in results) == 9


async def test_events_wait_in_order_with_sequences_that_count_on(case: Case) -> None:
    account = await case.account()
    stored = await case.store.insert("a1", account, [moved("a1", 1), moved("a1", 2)])
    await case.store.save(stored, account.moved(3), [moved("a1", 3)])
    (pending,) = await case.store.pending(10)
    assert [entry["topics"] for entry in pending.entries] == [
        [["ledger.facts", 1]],
        [["ledger.facts", 2]],
        [["ledger.facts", 3]],
    ]


async def test_only_the_published_events_are_pulled(case: Case) -> None:
    account = await case.account()
    await case.store.insert("a1", account, [moved("a1", 1), moved("a1", 2)])
    (pending,) = await case.store.pending(10)
    await case.store.pull({"a1": [pending.entries[0]["id"]]})
    (left,) = await case.store.pending(10)
    assert [entry["id"] for entry in left.entries] == [pending.entries[1]["id"]]
    assert await case.store.oldest() == NOON
    await case.store.pull({"a1": [pending.entries[1]["id"]]})
    assert await case.store.pending(10) == []
    assert await case.store.oldest() is None


async def test_a_delivery_is_applied_once(case: Case) -> None:
    account = await case.account()
    await case.store.insert("a1", account)
    first = delivery(1)
    stored = await case.store.get_for(first, "a1")
    await case.store.save(stored, account.moved(1), applied=first)
    with pytest.raises(AlreadyApplied):
        await case.store.get_for(first, "a1")
    with pytest.raises(AlreadyApplied):
        await case.store.save(stored, account.moved(1), applied=first)
    assert (await case.store.get("a1")).value.balance == 1


async def test_a_delivery_for_an_absent_aggregate_is_too_early(case: Case) -> None:
    with pytest.raises(NotYet):
        await case.store.get_for(delivery(1), "a1")


async def test_a_copy_follows_the_newest_state_and_never_an_older_one(case: Case) -> None:
    first = await case.account(1)
    await case.store.copy(
        [Copied("a1", first, delivery(2)), Copied("a2", await case.account(7), delivery(1, "a2"))]
    )
    await case.store.copy([Copied("a1", first.moved(10), delivery(1))])
    assert (await case.store.get("a1")).value == first
    await case.store.copy([Copied("a1", first.moved(20), delivery(3)), Copied("a1", first, delivery(3))])
    assert (await case.store.get("a1")).value.balance == 21
    assert (await case.store.get("a2")).value.balance == 7
    assert await case.store.pending(10) == []


async def test_a_gap_is_told_only_where_the_topic_is_followed_completely(case: Case) -> None:
    await case.store.insert("a1", await case.account())
    await case.store.get_for(delivery(3), "a1")
    with pytest.raises(SequenceGap):
        await case.store.get_for(delivery(3, complete=True), "a1")


async def test_command_keys_are_remembered(case: Case) -> None:
    account = await case.account()
    stored = await case.store.insert("a1", account)
    await case.store.save(stored, account.moved(1), command="k1")
    assert (await case.store.get("a1")).commands == ("k1",)


async def test_aggregates_are_found_by_their_fields_in_order(case: Case) -> None:
    for name, balance in (("a1", 30), ("a2", 10), ("a3", 20)):
        await case.store.insert(name, replace(await case.account(balance), tags=(name, "all")))
    found = await case.store.find_by({"balance": AtMost(20)}, order_by="-balance")
    assert [stored.id for stored in found] == ["a3", "a2"]
    some = await case.store.find_by({"balance": AnyOf([10, 30])}, order_by="balance", limit=1, skip=1)
    assert [stored.id for stored in some] == ["a1"]
    assert [stored.id for stored in await case.store.find_by({"tags": "a2"})] == ["a2"]
    assert await case.store.count_by({"tags": "all"}) == 3


async def test_aggregates_are_found_by_what_stands_in_one_of_a_list(case: Case) -> None:
    for name, amounts in (("a1", (1, 2)), ("a2", (2, 3)), ("a3", ())):
        lines = tuple(Line(f"{name} {amount}", amount) for amount in amounts)
        await case.store.insert(name, replace(await case.account(), lines=lines))
    for amount, expected in ((1, {"a1"}), (2, {"a1", "a2"}), (3, {"a2"}), (4, set())):
        found = await case.store.find_by({"lines.amount": amount})
        assert {stored.id for stored in found} == expected
        assert await case.store.count_by({"lines.amount": amount}) == len(expected)
    early = await case.store.find_by({"lines.amount": AtMost(2)}, order_by="balance")
    assert {stored.id for stored in early} == {"a1", "a2"}


async def test_without_the_owners_key_nothing_is_written(case: Case) -> None:
    with pytest.raises(KeyMissing):
        await case.store.insert("a1", Account("unknown-owner", 1, personal=Personal("x")))
    assert await case.store.find("a1") is None


async def test_the_personal_part_lies_sealed_in_the_database(mongo: MongoPart) -> None:
    vault = Vault("ledger", os.urandom(32), MemoryKeyStore())
    database = connect(mongo.url_for("ledger"), "ledger")
    await database["accounts"].delete_many({})
    store: Aggregates[Account] = MongoAggregates(database, ACCOUNTS, vault, FixedClock(NOON), asyncio.Event())
    await vault.create("owner")
    await store.insert("a1", Account("owner", 1, personal=Personal("canary-name")))
    document = await database["accounts"].find_one({"_id": "a1"})
    await disconnect(database)
    assert document is not None
    assert b"canary-name" not in str(document).encode() + bytes(document["sealed"])
