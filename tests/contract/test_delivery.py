"""From a write to its effect elsewhere, once and in order, on the in-memory twin of log and store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from libs.chassis.clock import FixedClock
from libs.chassis.dead_letters import read_dead_letters, replay
from libs.chassis.delivery import Fact
from libs.chassis.errors import DependencyDown
from libs.chassis.memory_log import MemoryLog, MemoryReader
from tests.support.flow import Flow, memory_flow
from tests.support.ledger import POISON, Account, Note, Noted, moved

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON = timedelta(minutes=10)


class Stage:
    """A flow in memory with its clock, log and reader."""

    def __init__(self, flow: Flow, log: MemoryLog, clock: FixedClock) -> None:
        self.flow = flow
        self.log = log
        self.clock = clock
        self.relay = flow.relay()
        self.consumer = flow.consumer()

    @property
    def reader(self) -> MemoryReader:
        assert isinstance(self.flow.reader, MemoryReader)
        return self.flow.reader

    async def open(self, name: str, *amounts: int) -> None:
        owner = await self.flow.owner(f"owner-{name}")
        await self.flow.accounts.insert(name, Account(owner, 0), [moved(name, n) for n in amounts])

    async def settle(self) -> None:
        while await self.relay.step():
            pass
        while await self.consumer.step(0.01):
            pass

    async def total(self, name: str) -> tuple[int, int]:
        mirror = (await self.flow.mirrors.get(name)).value
        return mirror.total, mirror.moves


@pytest.fixture
async def stage() -> Stage:
    clock = FixedClock(NOON)
    flow, log = await memory_flow(clock)
    return Stage(flow, log, clock)


async def test_every_event_takes_effect_once_and_leaves_the_outbox(stage: Stage) -> None:
    await stage.open("a1", 1, 2, 3)
    await stage.settle()
    assert await stage.total("a1") == (6, 3)
    assert await stage.flow.outbox.pending(10) == []


async def test_a_batch_that_was_not_committed_is_read_again_without_effect(stage: Stage) -> None:
    await stage.open("a1", 1, 2)
    await stage.settle()
    stage.reader.committed.clear()
    stage.reader.restart()
    await stage.settle()
    assert await stage.total("a1") == (3, 2)


async def test_an_event_that_was_published_twice_takes_effect_once(stage: Stage) -> None:
    await stage.open("a1", 1)
    (pending,) = await stage.flow.outbox.pending(1)
    await stage.relay.step()
    await stage.flow.outbox.pull({})
    for record in list(stage.log.of_topic("ledger.facts")):
        await stage.log.publish_raw(record.topic, record.key, record.value, record.headers)
    await stage.settle()
    assert await stage.total("a1") == (1, 1)
    assert len(pending.entries) == 1


async def test_a_poisoned_record_goes_to_the_dead_letters_while_others_pass(stage: Stage) -> None:
    await stage.open("bad", POISON)
    await stage.open("good", 5)
    await stage.settle()
    assert await stage.total("good") == (5, 1)
    (dead,) = stage.log.of_topic("mirror.dead")
    assert dict(dead.headers)["dead_reason"] == b"invalid"
    assert stage.reader.committed


async def test_an_unreadable_record_goes_to_the_dead_letters(stage: Stage) -> None:
    await stage.log.publish_raw("ledger.facts", b"x", b"{", [("ce_type", b"Moved")])
    await stage.log.publish_raw("ledger.facts", b"y", b"no headers at all", [])
    await stage.settle()
    assert len(stage.log.of_topic("mirror.dead")) == 2


async def test_what_comes_before_its_key_is_parked_with_all_behind_it_and_applied_in_order(
    stage: Stage,
) -> None:
    person = await stage.flow.new_owner("person")
    notes = [Fact(Noted(person_id=person), Note(text=text)) for text in ("first", "last")]
    facts = [moved("a1", 7), notes[0], moved("a1", 1), notes[1]]
    await stage.flow.accounts.insert("a1", Account(person, 0), facts)
    await stage.settle()
    assert await stage.total("a1") == (7, 1)
    assert [parked.reason for parked in await stage.flow.parking.all()] == ["key-missing", "behind", "behind"]
    stage.clock.advance(SOON)
    await stage.consumer.retry_parked()
    assert await stage.flow.parking.count() == 3
    await stage.flow.hand_over_key(person)
    stage.clock.advance(SOON)
    await stage.consumer.retry_parked()
    assert await stage.flow.parking.count() == 0
    assert await stage.total("a1") == (8, 2)
    assert (await stage.flow.mirrors.get("a1")).value.last_note == "last"


async def test_a_gap_parks_the_lane_until_the_missing_event_arrives(stage: Stage) -> None:
    await stage.open("a1", 1, 2, 3)
    await stage.relay.step()
    first, second, third = stage.log.of_topic("ledger.facts")
    stage.log.records.clear()
    for record in (first, third):
        await stage.log.publish_raw(record.topic, record.key, record.value, record.headers)
    await stage.settle()
    assert await stage.total("a1") == (1, 1)
    (waiting,) = await stage.flow.parking.all()
    assert waiting.reason == "sequence-gap"
    await stage.log.publish_raw(second.topic, second.key, second.value, second.headers)
    await stage.settle()
    stage.clock.advance(SOON)
    await stage.consumer.retry_parked()
    assert await stage.flow.parking.count() == 0
    assert await stage.total("a1") == (6, 3)


async def test_while_the_store_is_away_nothing_is_committed_and_the_batch_comes_again(stage: Stage) -> None:
    await stage.open("a1", 4)
    await stage.relay.step()
    saved = stage.flow.mirrors.insert
    calls = 0

    async def away(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise DependencyDown
        return await saved(*args, **kwargs)  # type: ignore[arg-type]

    stage.flow.mirrors.insert = away  # type: ignore[method-assign,assignment]
    with pytest.raises(DependencyDown):
        await stage.consumer.step(0.01)
    assert stage.reader.committed == {}
    await stage.consumer.step(0.01)
    assert await stage.total("a1") == (4, 1)


async def test_an_aggregate_whose_event_fails_keeps_its_order(stage: Stage) -> None:
    await stage.open("a1", 1, 2)
    publish = stage.log.publish
    broken = True

    async def flaky(envelope: object) -> None:
        if broken:
            raise DependencyDown
        await publish(envelope)  # type: ignore[arg-type]

    stage.log.publish = flaky  # type: ignore[method-assign]
    with pytest.raises(DependencyDown):
        await stage.relay.step()
    broken = False
    await stage.settle()
    sequences = [dict(record.headers)["ce_sequence"] for record in stage.log.of_topic("ledger.facts")]
    assert sequences == [b"1", b"2"]


async def test_writes_are_shed_while_the_oldest_event_is_too_old(stage: Stage) -> None:
    await stage.open("a1", 1)
    stage.clock.advance(timedelta(seconds=61))
    await stage.relay.step()
    assert stage.relay.overloaded()
    await stage.relay.step()
    assert not stage.relay.overloaded()


async def test_a_dead_letter_tells_its_reason_and_can_be_tried_again(stage: Stage) -> None:
    await stage.open("bad", POISON)
    await stage.settle()
    (letter,) = await read_dead_letters(stage.log.reader(["mirror.dead"]))
    assert (letter.event_type, letter.reason) == ("Moved", "invalid")
    await replay(letter, stage.flow.parking, stage.clock.now())
    await stage.consumer.retry_parked()
    assert await stage.flow.parking.count() == 0
    letters = await read_dead_letters(stage.log.reader(["mirror.dead"]))
    assert [again.origin for again in letters] == [letter.origin] * 2
