"""What heartbeats prove and what is in doubt: the same cases in memory and on real parts."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from libs.chassis.clock import FixedClock
from libs.chassis.dead_letters import replay
from libs.chassis.delivery import Fact
from libs.chassis.doubts import Doubt
from libs.chassis.errors import DependencyDown
from libs.chassis.ids import new_id
from libs.chassis.kafka import KafkaAccess
from libs.chassis.kafka_ends import KafkaLogEnds
from libs.chassis.log import Record
from libs.chassis.memory_log import MemoryLog
from tests.support.flow import RealPlaces, memory_flow, real_flow
from tests.support.ledger import (
    LEDGER_TOPIC,
    LEDGER_TOPICS,
    Mirror,
    Note,
    Noted,
)
from tests.support.parts import KafkaPart, MongoPart
from tests.support.proving import NOON, Proving
from tests.support.stage import KafkaReaders, MemoryReaders


@pytest.fixture(params=["memory", "real"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Proving]:
    clock = FixedClock(NOON)
    if request.param == "memory":
        flow, log = await memory_flow(clock)
        made = Proving(flow, clock, MemoryReaders(log), wait_s=0.01)
        made.begin(log)
        yield made
        await made.close()
        return
    mongo: MongoPart = request.getfixturevalue("mongo")
    kafka: KafkaPart = request.getfixturevalue("kafka")
    kafka.provision(LEDGER_TOPICS, ("ledger", "mirror"))
    user, password = kafka.credentials("admin")
    places = RealPlaces(mongo.url_for("ledger"), "ledger", kafka.bootstrap, user, password, new_id())
    access = KafkaAccess(kafka.bootstrap, user, password)
    ends = KafkaLogEnds(access, {LEDGER_TOPIC.name: LEDGER_TOPIC})
    made = Proving(await real_flow(places, clock), clock, KafkaReaders(access), wait_s=0.4)
    made.begin(ends)
    yield made
    await made.close()
    await ends.close()


def _later() -> int:
    """A watermark higher than that of any test before, on a log that tests share."""
    return time.time_ns()


async def test_a_heartbeat_is_noted_once_what_is_ahead_of_it_is_applied(
    stage: Proving, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.settle()
    await stage.open("a", 4)
    await stage.relay.step()
    watermark = _later()
    for partition in (0, 1, 2):
        await stage.beat(partition, watermark)

    async def away(*_given: object, **_named: object) -> None:
        raise DependencyDown

    with monkeypatch.context() as patch:
        patch.setattr(stage.flow.mirrors, "copy", away)
        with pytest.raises(DependencyDown):
            await stage.settle()
        held_up = [mark for mark in (await stage.reached()).values() if mark == watermark]
    await stage.settle()
    assert await stage.mirror("a") == Mirror(total=4)
    noted = await stage.reached()
    assert [noted[LEDGER_TOPIC.name, partition] for partition in (0, 1, 2)] == [watermark] * 3
    # Its own partition's was held up; the others' may have come in a batch of their own.
    assert len(held_up) < 3


async def test_a_lower_watermark_changes_nothing(stage: Proving) -> None:
    watermark = _later()
    await stage.beat(0, watermark)
    await stage.beat(0, watermark - 7)
    await stage.settle()
    await stage.beat(0, watermark - 3)
    await stage.settle()
    assert (await stage.reached())[LEDGER_TOPIC.name, 0] == watermark


async def test_what_proves_nothing_is_passed_over_and_set_aside_by_nobody(stage: Proving) -> None:
    await stage.beat(1, None)
    await stage.beat(1, None, b"{}")
    await stage.beat(1, None, b"no json")
    await stage.settle()
    assert (await stage.parked(), await stage.dead(), await stage.doubts()) == ([], [], [])
    watermark = _later()
    await stage.beat(1, watermark)
    await stage.settle()
    assert (await stage.reached())[LEDGER_TOPIC.name, 1] == watermark


async def test_a_reader_that_does_not_follow_heartbeats_passes_them_over(stage: Proving) -> None:
    stage.consumer = stage.flow.consumer()
    await stage.open("a", 4, 5)
    await stage.beat(0, _later())
    await stage.settle()
    assert await stage.mirror("a") == Mirror(9, 2)
    assert (await stage.parked(), await stage.dead()) == ([], [])


async def test_what_waits_is_in_doubt_before_the_heartbeat_behind_it_is_noted(stage: Proving) -> None:
    owner = await stage.note("a", "last")
    await stage.relay.step()
    watermark = _later()
    await stage.beat(0, watermark)
    await stage.settle()
    assert await stage.doubts() == [{"accounts": [stage.name("a")]}]
    assert (await stage.reached())[LEDGER_TOPIC.name, 0] == watermark
    await stage.try_parked()
    assert len(await stage.doubts()) == 1
    await stage.flow.hand_over_key(owner)
    await stage.try_parked()
    assert await stage.mirror("a") == Mirror(last_note="last")
    assert await stage.doubts() == []


async def test_each_that_waits_is_in_doubt_until_it_is_applied(stage: Proving) -> None:
    owner = await stage.note("a", "first")
    await stage.settle()
    stored = await stage.flow.accounts.get(stage.name("a"))
    await stage.flow.accounts.save(stored, stored.value, [Fact(Noted(person_id=owner), Note(text="last"))])
    await stage.settle()
    assert await stage.parked() == ["key-missing", "behind"]
    assert len(await stage.doubts()) == 2
    await stage.flow.hand_over_key(owner)
    await stage.try_parked()
    assert (await stage.parked(), await stage.doubts()) == ([], [])


async def test_what_was_given_up_is_in_doubt_until_a_later_state_is_applied(stage: Proving) -> None:
    await stage.garble("a")
    await stage.settle()
    assert len(await stage.dead()) == 1
    assert await stage.doubts() == [{"accounts": [stage.name("a")]}]
    await stage.note("b", "another's")
    await stage.flow.hand_over_key(stage.name("owner-of-b"))
    await stage.settle()
    assert len(await stage.doubts()) == 1
    await stage.note("a", "now")
    await stage.flow.hand_over_key(stage.name("owner-of-a"))
    await stage.settle()
    assert await stage.mirror("a") == Mirror(last_note="now")
    assert await stage.doubts() == []


async def test_what_is_tried_again_in_vain_stays_in_doubt(stage: Proving) -> None:
    await stage.garble("a")
    await stage.settle()
    (letter,) = await stage.dead()
    await replay(letter, stage.flow.parking, stage.clock.now())
    await stage.try_parked()
    assert await stage.parked() == []
    assert len(await stage.doubts()) == 1


async def test_where_nothing_is_asked_to_be_doubted_nothing_is(stage: Proving) -> None:
    publish = stage.flow.publisher.publish_raw
    await publish(LEDGER_TOPIC.name, stage.name("x").encode(), b"{", [("ce_type", b"Moved")])
    await stage.settle()
    assert len(await stage.dead()) == 1
    assert await stage.doubts() == []


async def test_what_has_no_type_is_in_doubt_as_if_it_were_a_state(stage: Proving) -> None:
    await stage.flow.publisher.publish_raw(LEDGER_TOPIC.name, stage.name("y").encode(), b"?", [])
    await stage.settle()
    assert await stage.doubts() == [{"accounts": [stage.name("y")]}]


async def test_a_doubt_ends_by_what_is_later_in_the_log_and_in_its_sequence(stage: Proving) -> None:
    lane = stage.name("lane")
    doubts = stage.flow.doubts

    def record(sequence: int, offset: int) -> Record:
        return Record("t", 0, offset, b"k", b"", (("ce_sequence", str(sequence).encode()),))

    for sequence, offset in ((3, 10), (2, 12)):
        found = record(sequence, offset)
        named = Doubt(f"{stage.run}:{offset}", lane, found.sequence, offset, {"accounts": [lane]})
        await doubts.cast(named)
        await doubts.cast(named)
    assert await doubts.among([lane, "other"]) == {lane}
    await doubts.end(lane, record(2, 11))
    assert len(await stage.doubts()) == 2
    await doubts.end(lane, record(2, 12))
    assert len(await stage.doubts()) == 1
    await doubts.end("other", record(9, 99))
    assert len(await stage.doubts()) == 1
    await doubts.end(lane, record(3, 10))
    assert await doubts.among([lane]) == set()


async def test_the_end_lies_behind_everything_that_was_acknowledged(stage: Proving) -> None:
    before = await stage.ends.end_offsets(LEDGER_TOPIC.name)
    offset = await stage.beat(2, None)
    after = await stage.ends.end_offsets(LEDGER_TOPIC.name)
    assert before[2] <= offset < after[2]
    assert after[2] == offset + 1
    assert {number: after[number] for number in after if number != 2} == {
        number: end for number, end in before.items() if number != 2
    }
    assert isinstance(stage.ends, MemoryLog) or len(after) == LEDGER_TOPIC.partitions
