"""A process that dies with SIGKILL at the worst moments loses nothing and doubles nothing, on real parts."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from dataclasses import asdict

import pytest

from libs.chassis.ids import new_id
from tests.support.crashing import POINTS, consume_until, main, mirrors_of, publish_all, write
from tests.support.flow import Flow, RealPlaces, real_database, real_flow
from tests.support.ledger import LEDGER_TOPICS, POISON, Account, moved
from tests.support.parts import KafkaPart, MongoPart

ACCOUNTS = 20
MOVES = 3
DEADLINE_S = 60


@pytest.fixture
async def places(mongo: MongoPart, kafka: KafkaPart) -> RealPlaces:
    kafka.provision(LEDGER_TOPICS, ("ledger", "mirror"))
    user, password = kafka.credentials("admin")
    return RealPlaces(
        mongo.url_for("ledger"), "ledger", kafka.bootstrap, user, password, group=f"mirror-{new_id()}"
    )


@pytest.fixture
async def clean(places: RealPlaces) -> RealPlaces:
    database = real_database(places)
    for name in await database.list_collection_names():
        await database[name].delete_many({})
    return places


async def child(places: RealPlaces, point: str) -> int:
    """Run the flow in a process of its own; the exit code is minus the signal's number if it was killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.crashing",
        json.dumps(asdict(places)),
        point,
        str(ACCOUNTS),
        str(MOVES),
    )
    return await asyncio.wait_for(process.wait(), DEADLINE_S)


async def balances(flow: Flow, run: str) -> list[tuple[int, int]]:
    return [(mirror.total, mirror.moves) for mirror in await mirrors_of(flow, run, ACCOUNTS)]


async def parked(flow: Flow, run: str) -> list[str]:
    """Why this run's records wait; other tests' records lie on the same topic."""
    return [waiting.reason for waiting in await flow.parking.all() if run in waiting.lane]


@pytest.mark.parametrize("point", [point for point in POINTS if point != "none"])
async def test_a_kill_at_this_point_loses_and_doubles_nothing(clean: RealPlaces, point: str) -> None:
    assert await child(clean, point) == -signal.SIGKILL
    await asyncio.wait_for(main(clean, "none", ACCOUNTS, MOVES), DEADLINE_S)
    flow = await real_flow(clean)
    assert await balances(flow, clean.group) == [(MOVES, MOVES)] * ACCOUNTS
    assert await flow.outbox.pending(1) == []
    assert await parked(flow, clean.group) == []


async def test_a_broker_that_is_killed_under_way_loses_and_doubles_nothing(
    clean: RealPlaces, kafka: KafkaPart
) -> None:
    flow = await real_flow(clean)
    await write(flow, clean.group, ACCOUNTS, MOVES)
    work = asyncio.create_task(publish_all(flow))
    following = asyncio.create_task(consume_until(flow, clean.group, ACCOUNTS, MOVES))
    kafka.kill()
    await asyncio.to_thread(kafka.restart)
    await asyncio.wait_for(asyncio.gather(work, following), DEADLINE_S)
    assert await balances(flow, clean.group) == [(MOVES, MOVES)] * ACCOUNTS


async def test_a_poisoned_record_is_buried_while_the_others_pass(clean: RealPlaces) -> None:
    flow = await real_flow(clean)
    bad = f"{clean.group}-bad"
    owner = await flow.owner(f"owner-of-{bad}")
    await flow.accounts.insert(bad, Account(owner, 0), [moved(bad, POISON)])
    await write(flow, clean.group, ACCOUNTS, MOVES)
    await publish_all(flow)
    await asyncio.wait_for(consume_until(flow, clean.group, ACCOUNTS, MOVES), DEADLINE_S)
    assert await balances(flow, clean.group) == [(MOVES, MOVES)] * ACCOUNTS
    assert await flow.mirrors.find(bad) is None
    assert await parked(flow, clean.group) == []
