"""One event hop through the real chassis: write, relay, Kafka, apply."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import uvloop

from bench.cpu import cpu_s
from deploy.local.parts import Kafka, Mongod
from libs.chassis.aggregates import Copied
from libs.chassis.delivery import Delivery
from libs.chassis.ids import new_id
from libs.chassis.log import Partition, Reader, Record
from libs.chassis.pausing import pause
from libs.chassis.subscription import Copy, On, Row
from tests.support.flow import Flow, RealPlaces, real_flow
from tests.support.ledger import LEDGER_TOPICS, Account, Mirror, MirrorDeps, Moved, moved, on_moved

ACCOUNTS = 2000
OWNER = "bench-owner"
QUIET_S = 1.0


@dataclass(frozen=True)
class Hop:
    """What one run showed.

    Attributes:
        cpu_us: Microseconds of CPU per hop, by process.
    """

    kind: str
    writers: int
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: dict[str, float]


def measure(mongod: Mongod, kafka: Kafka, events: int, writers: int) -> list[Hop]:
    """Run each kind of hop once."""
    kafka.provision(LEDGER_TOPICS, ("ledger", "mirror"))
    user, password = kafka.credentials("admin")
    url = mongod.url_for("ledger")
    hops = []
    for kind in ROWS:
        places = RealPlaces(url, "ledger", kafka.bootstrap, user, password, f"hop-{new_id()}")
        hops.append(_run(kind, places, mongod, kafka, events, writers))
    return hops


def _run(kind: str, places: RealPlaces, mongod: Mongod, kafka: Kafka, events: int, writers: int) -> Hop:
    given = json.dumps(asdict(places))
    servers = {"mongod": mongod.child.pid, "Kafka": kafka.child.pid}
    applier = _child("apply", given, kind, events)
    _line(applier)
    writer = _child("write", given, events, writers)
    _line(writer)
    before = {name: cpu_s(pid) for name, pid in servers.items()}
    written, applied = _line(writer), _line(applier)
    spent = {name: cpu_s(pid) - before[name] for name, pid in servers.items()}
    spent_s = {"writer and relay": written["cpu_s"], "consumer": applied["cpu_s"], **spent}
    per_hop = {name: seconds / events * 1e6 for name, seconds in spent_s.items()}
    return Hop(kind, writers, applied["per_s"], applied["p50_ms"], applied["p99_ms"], per_hop)


def _child(role: str, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.hop", role, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _line(child: subprocess.Popen[str]) -> dict[str, float]:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise RuntimeError(f"a part of the hop ended with {child.wait()}")
    told: dict[str, float] = json.loads(line)
    return told


async def write(places: RealPlaces, events: int, writers: int) -> None:
    """Write `events` changes of `ACCOUNTS` aggregates, one event each, and relay them."""
    flow = await real_flow(places)
    await flow.owner(OWNER)
    names = [f"{places.group}-{number}" for number in range(min(ACCOUNTS, events))]
    stored = {name: await flow.accounts.insert(name, Account(OWNER, 0, open=False)) for name in names}
    _ready()
    began_cpu_s = sum(os.times()[:2])
    stop = asyncio.Event()
    relaying = asyncio.create_task(flow.relay().run(stop))
    left = iter(range(events))

    async def writer(own: Sequence[str]) -> None:
        for turn, _ in enumerate(left):
            name = own[turn % len(own)]
            fact = moved(name, int(time.time() * 1e6))
            stored[name] = await flow.accounts.save(stored[name], stored[name].value.moved(1), [fact])

    await asyncio.gather(*(writer(names[place::writers]) for place in range(writers)))
    await _emptied(flow)
    stop.set()
    await relaying
    print(json.dumps({"cpu_s": sum(os.times()[:2]) - began_cpu_s}), flush=True)


def _ready() -> None:
    """Tell the parent that the preparations are done."""
    print("{}", flush=True)


async def _emptied(flow: Flow) -> None:
    never = asyncio.Event()
    while await flow.outbox.oldest() is not None:
        await pause(never, 0.02)


class TimedReader:
    """Notes how long each event took from its write until the batch that held it was applied."""

    def __init__(self, inner: Reader) -> None:
        self._inner = inner
        self._in_hand: Sequence[Record] = ()
        self.latencies_s: list[float] = []

    async def poll(self, timeout_s: float, max_records: int) -> Sequence[Record]:
        self._in_hand = await self._inner.poll(timeout_s, max_records)
        return self._in_hand

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        now = time.time()
        written = (Moved.model_validate_json(record.value or b"").amount for record in self._in_hand)
        self.latencies_s += [now - at / 1e6 for at in written]
        await self._inner.commit(positions)

    async def rewind(self, positions: Mapping[Partition, int]) -> None:
        await self._inner.rewind(positions)


def _copied(_deps: MirrorDeps, delivery: Delivery[Moved]) -> Copied[Mirror]:
    return Copied(delivery.key, Mirror(delivery.event.amount, delivery.sequence), delivery)


ROWS: Mapping[str, Row] = {
    "state copy": Copy(Moved, lambda deps: deps.mirrors, _copied),
    "handler": On(Moved, on_moved),
}


async def apply(places: RealPlaces, kind: str, events: int) -> None:
    """Apply until every event's effect is there."""
    flow = await real_flow(places)
    flow.reader = reader = TimedReader(flow.reader)
    consumer = flow.consumer([ROWS[kind]])
    while await consumer.step(QUIET_S):
        continue
    reader.latencies_s.clear()
    began_cpu_s = sum(os.times()[:2])
    _ready()
    while not await consumer.step(QUIET_S):
        continue
    began = time.perf_counter()
    while len(reader.latencies_s) < events:
        await consumer.step(QUIET_S)
    took_s = time.perf_counter() - began
    ranks = statistics.quantiles(reader.latencies_s, n=100)
    told = {"per_s": events / took_s, "p50_ms": ranks[49] * 1e3, "p99_ms": ranks[98] * 1e3}
    print(json.dumps(told | {"cpu_s": sum(os.times()[:2]) - began_cpu_s}), flush=True)


if __name__ == "__main__":
    role, told_places, *more = sys.argv[1:]
    given_places = RealPlaces(**json.loads(told_places))
    if role == "write":
        uvloop.run(write(given_places, int(more[0]), int(more[1])))
    else:
        uvloop.run(apply(given_places, more[0], int(more[1])))
