"""From a write to its effect elsewhere, once and in order: the same cases in memory and on real parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from libs.chassis.clock import FixedClock
from libs.chassis.dead_letters import replay
from libs.chassis.delivery import Fact
from libs.chassis.errors import DependencyDown
from libs.chassis.ids import new_id
from libs.chassis.kafka import KafkaAccess
from libs.contracts.event import Envelope
from tests.support.flow import TOPICS, RealPlaces, memory_flow, real_flow
from tests.support.ledger import LEDGER_TOPICS, POISON, Account, Mirror, Note, Noted, moved
from tests.support.parts import KafkaPart, MongoPart
from tests.support.stage import KafkaReaders, MemoryReaders, Stage

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", "real"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    clock = FixedClock(NOON)
    if request.param == "memory":
        flow, log = await memory_flow(clock)
        made = Stage(flow, clock, MemoryReaders(log), wait_s=0.01)
    else:
        mongo: MongoPart = request.getfixturevalue("mongo")
        kafka: KafkaPart = request.getfixturevalue("kafka")
        kafka.provision(LEDGER_TOPICS, ("ledger", "mirror"))
        user, password = kafka.credentials("admin")
        url = mongo.url_for("ledger")
        flow = await real_flow(RealPlaces(url, "ledger", kafka.bootstrap, user, password, new_id()), clock)
        made = Stage(flow, clock, KafkaReaders(KafkaAccess(kafka.bootstrap, user, password)), wait_s=0.4)
    yield made
    await made.close()


async def test_every_event_takes_effect_once_and_leaves_the_outbox(stage: Stage) -> None:
    await stage.open("a", 1, 2, 3)
    await stage.settle()
    assert await stage.mirror("a") == Mirror(6, 3)
    assert await stage.flow.outbox.pending(10) == []


async def test_a_batch_that_was_not_committed_is_read_again_without_effect(stage: Stage) -> None:
    await stage.open("a", 1, 2)
    await stage.settle()
    await stage.read_all_again()
    await stage.settle()
    assert await stage.mirror("a") == Mirror(3, 2)


async def test_an_event_that_was_published_twice_takes_effect_once(stage: Stage) -> None:
    envelope = await stage.publish("a", 1, 5)
    await stage.flow.publisher.publish_all([envelope])
    await stage.settle()
    assert await stage.mirror("a") == Mirror(5, 1)


async def test_a_poisoned_record_goes_to_the_dead_letters_while_others_pass(stage: Stage) -> None:
    await stage.open("bad", POISON)
    await stage.open("good", 5)
    await stage.settle()
    assert await stage.mirror("good") == Mirror(5, 1)
    assert await stage.mirror("bad") is None
    (letter,) = await stage.dead()
    assert (letter.event_type, letter.reason) == ("Moved", "invalid")


async def test_a_dead_letter_can_be_tried_again(stage: Stage) -> None:
    await stage.open("bad", POISON)
    await stage.settle()
    (letter,) = await stage.dead()
    await replay(letter, stage.flow.parking, stage.clock.now())
    assert await stage.parked() == ["replayed"]
    await stage.try_parked()
    assert await stage.parked() == []
    assert [again.origin for again in await stage.dead()] == [letter.origin] * 2


async def test_an_unreadable_record_goes_to_the_dead_letters(stage: Stage) -> None:
    publish = stage.flow.publisher.publish_raw
    await publish(TOPICS[0], stage.name("x").encode(), b"{", [("ce_type", b"Moved")])
    await publish(TOPICS[0], stage.name("y").encode(), b"no headers at all", [])
    await stage.settle()
    assert len(await stage.dead()) == 2


async def test_what_comes_before_its_key_is_parked_with_all_behind_it_and_applied_in_order(
    stage: Stage,
) -> None:
    person = await stage.flow.new_owner(stage.name("person"))
    notes = [Fact(Noted(person_id=person), Note(text=text)) for text in ("first", "last")]
    account = stage.name("a")
    facts = [moved(account, 7), notes[0], moved(account, 1), notes[1]]
    await stage.flow.accounts.insert(account, Account(person, 0), facts)
    await stage.settle()
    assert await stage.mirror("a") == Mirror(7, 1)
    assert await stage.parked() == ["key-missing", "behind", "behind"]
    await stage.try_parked()
    assert len(await stage.parked()) == 3
    await stage.flow.hand_over_key(person)
    await stage.try_parked()
    assert await stage.parked() == []
    assert await stage.mirror("a") == Mirror(8, 2, "last")


async def test_a_gap_parks_the_lane_until_the_missing_event_arrives(stage: Stage) -> None:
    await stage.publish("a", 1, 1)
    await stage.publish("a", 3, 3)
    await stage.settle()
    assert await stage.mirror("a") == Mirror(1, 1)
    assert await stage.parked() == ["sequence-gap"]
    await stage.publish("a", 2, 2)
    await stage.settle()
    await stage.try_parked()
    assert await stage.parked() == []
    assert await stage.mirror("a") == Mirror(6, 3)


async def test_while_the_store_is_away_nothing_is_committed_and_the_batch_comes_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.open("a", 4)
    await stage.settle()
    await stage.open("b", 5)

    async def away(*_given: object, **_named: object) -> None:
        raise DependencyDown

    with monkeypatch.context() as patch:
        patch.setattr(stage.flow.mirrors, "insert", away)
        with pytest.raises(DependencyDown):
            await stage.settle()
    assert await stage.mirror("b") is None
    await stage.settle()
    assert await stage.mirror("b") == Mirror(5, 1)


async def test_an_aggregate_whose_event_fails_keeps_its_order(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.open("a", 1, 2)

    async def broken(envelopes: Sequence[Envelope]) -> Sequence[bool]:
        return [False] * len(envelopes)

    with monkeypatch.context() as patch:
        patch.setattr(stage.flow.publisher, "publish_all", broken)
        with pytest.raises(DependencyDown):
            await stage.relay.step()
    await stage.settle()
    assert await stage.mirror("a") == Mirror(3, 2)
    assert await stage.parked() == []


async def test_writes_are_shed_while_the_oldest_event_is_too_old(stage: Stage) -> None:
    await stage.open("a", 1)
    stage.clock.advance(timedelta(seconds=61))
    await stage.relay.step()
    assert stage.relay.overloaded()
    await stage.relay.step()
    assert not stage.relay.overloaded()
