"""A heartbeat claims no more than its relay knew before it read the outboxes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from libs.chassis.clock import FixedClock
from libs.chassis.errors import DependencyDown
from libs.chassis.heartbeats import Claims, Heart, Heartbeats
from libs.chassis.ids import new_id
from libs.chassis.lease import SoleLease
from libs.chassis.memory_log import MEMORY_PARTITIONS, MemoryLog
from libs.chassis.outbox import Pending
from libs.chassis.relay import Relay
from libs.contracts.event import Envelope, Heartbeat
from libs.contracts.topics import Topic

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOPIC = Topic("ledger.state", "account", "ledger", ("mirror",), partitions=MEMORY_PARTITIONS)


class LedgerBeat(Heartbeat):
    """The ledger publishes."""

    topics: ClassVar[tuple[str, ...]] = (TOPIC.name,)


def _beat(issued_at: datetime, until: datetime | None, watermark: int | None) -> LedgerBeat:
    return LedgerBeat(issued_at=issued_at, published_until=until, watermark=watermark)


class Outbox:
    """Has so many aggregates with one event each, or more than a batch holds, whatever was pulled."""

    def __init__(self) -> None:
        self.waiting = 0

    async def pending(self, limit: int) -> Sequence[Pending]:
        entry: Mapping[str, Any] = {
            "id": new_id(),
            "type": "Moved",
            "topics": [[TOPIC.name, 1]],
            "time": NOON,
            "data": b"{}",
            "correlation_id": "",
            "traceparent": "",
        }
        return [Pending(f"a-{number}", (entry,)) for number in range(min(self.waiting, limit))]

    async def pull(self, published: Mapping[str, Sequence[str]]) -> None:
        self.waiting -= len(published)

    async def oldest(self) -> datetime | None:
        return NOON if self.waiting else None


class Broker(MemoryLog):
    """A log in memory that may take nothing but heartbeats, or nothing at all."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses_events = False
        self.is_away = False

    async def publish_all(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        return [False] * len(envelopes) if self.refuses_events else await super().publish_all(envelopes)

    async def publish_to(self, partitions: Mapping[int, Envelope]) -> Mapping[int, int]:
        if self.is_away:
            raise DependencyDown
        return await super().publish_to(partitions)


class Beating:
    """A relay that beats at every step."""

    def __init__(self, every_s: float = 0) -> None:
        self.outbox, self.broker, self.clock = Outbox(), Broker(), FixedClock(NOON)
        hearts = Heartbeats("ledger", Heart(TOPIC, _beat, every_s), self.broker, self.clock)
        self.relay = Relay(
            "ledger", [self.outbox], self.broker, SoleLease(), asyncio.Event(), self.clock, 60, hearts
        )

    def beats(self, partition: int = 0) -> list[LedgerBeat]:
        records = self.broker.records.get((TOPIC.name, partition), [])
        return [LedgerBeat.model_validate_json(r.value or b"") for r in records if r.type == "LedgerBeat"]

    def watermarks(self) -> list[int | None]:
        return [beat.watermark for beat in self.beats()]


async def test_a_heartbeat_speaks_of_the_one_before_it() -> None:
    beating = Beating()
    for _ in range(4):
        await beating.relay.step()
    assert beating.watermarks() == [None, 0, 1, 2]


async def test_one_record_goes_to_each_partition_with_a_key_and_a_growing_sequence() -> None:
    beating = Beating()
    for _ in range(2):
        await beating.relay.step()
    for partition in range(MEMORY_PARTITIONS):
        first, second = beating.broker.records[TOPIC.name, partition]
        assert first.key == second.key == f"beat-{partition:02}".encode()
        envelopes = [Envelope.read(r.topic, r.key, r.value, r.headers) for r in (first, second)]
        assert envelopes[0].sequence < envelopes[1].sequence
        assert envelopes[0].id != envelopes[1].id


async def test_while_a_batch_may_not_have_been_all_no_watermark_moves() -> None:
    beating = Beating()
    for _ in range(2):
        await beating.relay.step()
    beating.outbox.waiting = 450
    for _ in range(2):
        await beating.relay.step()
        assert beating.watermarks()[-1] == 0
    await beating.relay.step()
    assert (beating.outbox.waiting, beating.watermarks()[-1] or 0) > (0, 0)


async def test_what_the_broker_does_not_take_holds_everything_up() -> None:
    beating = Beating()
    for _ in range(2):
        await beating.relay.step()
    beating.outbox.waiting, beating.broker.refuses_events = 1, True
    for _ in range(3):
        with pytest.raises(DependencyDown):
            await beating.relay.step()
    assert beating.watermarks() == [None, 0]
    beating.broker.refuses_events = False
    await beating.relay.step()
    assert beating.watermarks()[-1] == 1


async def test_a_round_that_is_not_acknowledged_is_spoken_of_by_none() -> None:
    beating = Beating()
    for _ in range(2):
        await beating.relay.step()
    beating.broker.is_away = True
    with pytest.raises(DependencyDown):
        await beating.relay.step()
    beating.broker.is_away = False
    for _ in range(2):
        await beating.relay.step()
    assert beating.watermarks() == [None, 0, 1, 2]


async def test_a_relay_beats_no_more_often_than_it_should() -> None:
    beating = Beating(every_s=3600)
    for _ in range(3):
        await beating.relay.step()
    assert len(beating.beats()) == 1


async def test_people_are_told_until_when_all_is_published() -> None:
    beating = Beating()
    await beating.relay.step()
    (beat,) = beating.beats()
    assert (beat.issued_at, beat.published_until) == (NOON, NOON)


def test_a_round_known_after_the_outboxes_were_read_waits_for_the_next_reading() -> None:
    claims = Claims().acknowledged(5.0, {0: 10}).acknowledged(7.0, {0: 12})
    assert claims.settled(4.9).watermarks == {}
    assert claims.settled(6.0).watermarks == {0: 10}
    assert claims.settled(7.0).watermarks == {0: 12}


def test_a_partition_that_missed_a_round_keeps_its_watermark() -> None:
    claims = Claims().acknowledged(1.0, {0: 10, 1: 20}).acknowledged(2.0, {1: 22})
    assert claims.settled(3.0).watermarks == {0: 10, 1: 22}
    assert claims.settled(1.5).acknowledged(4.0, {0: 15}).settled(5.0).watermarks == {0: 15, 1: 22}


def test_rounds_that_nothing_settles_are_not_piled_up() -> None:
    claims = Claims()
    for number in range(1000):
        claims = claims.acknowledged(float(number), {0: number})
    assert len(claims.rounds) < 10
    assert claims.settled(2000.0).watermarks == {0: 999}
