"""Freshness is claimed only where it is certain, whoever stands still, and for however long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.chassis.ids import new_id
from libs.chassis.memory_log import MEMORY_PARTITIONS, MemoryLog
from libs.contracts.event import Envelope
from libs.contracts.topics import Topic
from services.verification.adapters.freshness import FreshnessTracker, boot_time_s
from services.verification.domain.freshness import Ask, Horizon, Horizons
from tests.support.heartbeat_world import ACTIONS, FRESH_FOR_S, Mistake, World
from tests.support.verifying import NOON

TOPIC = Topic("certificates.state", "certificate", "certificates", ("verification",), partitions=3)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS), st.integers(0, 7), st.sampled_from([0.0, 0.0, 0.0, 0.1, 1.0, 20.0, 70.0])
    ),
    max_size=80,
)

Steps = list[tuple[str, int, float]]


def _lies_after(steps: Steps, mistake: Mistake) -> bool:
    """Whether the world, fresh in the beginning, lies after any of these steps."""
    world = World(mistake)
    for _ in range(3):
        world.healthy(0)
        world.now += 1
    assert world.is_fresh()
    for step in steps:
        world.do(*step)
        if world.lies():
            return True
    return False


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_nobody_is_called_fresh_who_misses_something_old(steps: Steps) -> None:
    assert not _lies_after(steps, Mistake.NONE)


#: What each wrong design takes for certain, though a certificate's revocation is still on its way.
DOWNFALLS: dict[Mistake, str] = {
    Mistake.OWN_OFFSET: "relay relay relay commit ask answer hear broker consume follow",
    Mistake.FULL_BATCH: (
        "relay relay relay commit commit commit ask answer hear broker relay "
        "relay relay broker broker relay broker consume follow"
    ),
    Mistake.BEATS_FIRST: (
        "relay relay relay commit ask answer hear broker relay "
        "relay relay broker relay broker consume follow-2"
    ),
    Mistake.LATE_ASK: (
        "relay relay relay ask answer broker relay relay relay relay commit hear broker consume follow"
    ),
}


@pytest.mark.parametrize("mistake", DOWNFALLS, ids=lambda mistake: mistake.name)
def test_a_design_with_a_mistake_is_found_out(mistake: Mistake) -> None:
    steps: Steps = []
    for step in DOWNFALLS[mistake].split():
        action, _, number = step.partition("-")
        steps.append((action, 0 if action in {"relay", "broker"} else int(number or 99), 1.0))
    assert _lies_after(steps, mistake)
    assert not _lies_after(steps, Mistake.NONE)


def test_every_mistake_has_its_downfall() -> None:
    assert {*DOWNFALLS, Mistake.NONE} == set(Mistake)


def test_a_world_in_which_all_goes_well_is_fresh_again_after_any_standstill() -> None:
    world = World()
    for _ in range(3):
        world.healthy(0)
        world.now += 1000
        assert not world.is_fresh()
        world.healthy(0)
        world.healthy(0)
        assert world.is_fresh()


def test_a_record_that_was_there_before_the_question_proves_nothing() -> None:
    horizon = Horizon().asked(Ask(100.0, 7), FRESH_FOR_S)
    assert horizon.reached(6).as_of_s is None
    assert horizon.reached(7).as_of_s == 100.0


def test_the_newest_question_that_is_answered_counts_and_later_ones_wait() -> None:
    horizon = Horizon()
    for at_s, end in ((1.0, 5), (2.0, 6), (3.0, 9)):
        horizon = horizon.asked(Ask(at_s, end), FRESH_FOR_S)
    reached = horizon.reached(8)
    assert reached.as_of_s == 2.0
    assert reached.asks == (Ask(3.0, 9),)


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 3)), max_size=300))
def test_no_more_questions_are_kept_than_can_matter(steps: list[tuple[float, int]]) -> None:
    horizon, at_s, end = Horizon(), 0.0, 0
    for later_s, more in steps:
        at_s, end = at_s + later_s, end + more
        horizon = horizon.asked(Ask(at_s, end), FRESH_FOR_S)
        assert len({ask.end for ask in horizon.asks}) == len(horizon.asks)
        assert all(at_s - ask.at_s <= FRESH_FOR_S for ask in horizon.asks)


def test_a_model_is_as_old_as_its_oldest_partition() -> None:
    horizons = (
        Horizons.unknown(2).asked(10.0, {0: 3, 1: 3}, FRESH_FOR_S).asked(20.0, {0: 5, 1: 5}, FRESH_FOR_S)
    )
    assert horizons.reached(0, 5).as_of_s is None
    assert horizons.reached(0, 5).reached(1, 3).as_of_s == 10.0


async def test_the_tracker_asks_notes_and_tells() -> None:
    log, now_s = MemoryLog(), 1000.0
    tracker = _tracker(log, lambda: now_s)
    assert (tracker.as_of_s(), tracker.is_fresh()) == (None, False)
    await tracker.ask()
    now_s = 1002.0
    for partition in range(MEMORY_PARTITIONS):
        tracker.note_beat(TOPIC.name, partition, 0)
    assert (tracker.as_of_s(), tracker.is_fresh()) == (2.0, True)
    now_s = 1044.9
    assert tracker.is_fresh()
    now_s = 1045.0
    assert not tracker.is_fresh()


async def test_what_is_noted_before_the_question_does_not_answer_it() -> None:
    log = MemoryLog()
    tracker = _tracker(log, lambda: 0.0)
    await log.publish_to({partition: _record(partition) for partition in range(MEMORY_PARTITIONS)})
    for partition in range(MEMORY_PARTITIONS):
        tracker.note_beat(TOPIC.name, partition, 1)
    await tracker.ask()
    assert tracker.as_of_s() is None


async def test_heartbeats_of_another_topic_or_partition_prove_nothing() -> None:
    tracker = _tracker(MemoryLog(), lambda: 0.0)
    await tracker.ask()
    for partition in range(MEMORY_PARTITIONS):
        tracker.note_beat("certificates.public", partition, 9)
    tracker.note_beat(TOPIC.name, 99, 9)
    assert tracker.as_of_s() is None


async def test_asking_ends_when_it_is_told_to() -> None:
    tracker = _tracker(MemoryLog(), boot_time_s)
    stop = asyncio.Event()
    running = asyncio.create_task(tracker.run(stop))
    while tracker.as_of_s() is None:
        for partition in range(MEMORY_PARTITIONS):
            tracker.note_beat(TOPIC.name, partition, 0)
        await asyncio.sleep(0)
    stop.set()
    await running


def _tracker(log: MemoryLog, now_s: Callable[[], float]) -> FreshnessTracker:
    return FreshnessTracker(log, TOPIC, fresh_for_s=FRESH_FOR_S, ask_every_s=0.001, now_s=now_s)


def _record(partition: int) -> Envelope:
    return Envelope(new_id(), "Any", "/tests", TOPIC.name, f"beat-{partition:02}", 1, NOON, b"{}")
