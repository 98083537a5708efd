"""The whole platform: how fast it starts, takes requests, hands events on, and what a journey costs."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import filing, hop, steps
from deploy.local.folders import REPOSITORY, Folders
from deploy.local.progress import say
from deploy.local.stack import Stack

FOLDER: Final = REPOSITORY / ".local" / "bench"
HOPS: Final = 6000
WRITERS: Final = 16
PACED, PACE_PER_S, BURST = 100, 10.0, 200
JOURNEYS: Final = 3
START_GOAL: Final = "goal: 15 s"
HOP_GOAL: Final = "goal: at least 1,000/s"


def run() -> None:
    """Start it and measure one thing after another."""
    stack = _warm_start(Folders(FOLDER))
    try:
        _tell_hops(hop.measure(stack.mongod, stack.kafka, HOPS, WRITERS))
        _tell_filing(asyncio.run(filing.measure(stack, PACED, PACE_PER_S, BURST)))
        _tell_steps(steps.measure(stack, JOURNEYS, say))
    finally:
        stack.stop()


def _warm_start(folders: Folders) -> Stack:
    """Start in an empty folder, stop, and start again: the second start is the warm one."""
    shutil.rmtree(Path(FOLDER), ignore_errors=True)
    say("\nStart-up")
    first = Stack(folders, usual_ports=False, tell=_silent)
    first.start()
    first.stop()
    stack = Stack(folders, usual_ports=False, tell=_silent)
    began = time.perf_counter()
    stack.start()
    say(f"  warm start until every service is ready: {time.perf_counter() - began:.1f} s ({START_GOAL})")
    return stack


def _tell_hops(hops: Sequence[hop.Hop]) -> None:
    say(f"\nOne event hop: write, relay, Kafka, apply ({HOPS} events, {WRITERS} writers)")
    for one in hops:
        say(f"  {one.kind}: {one.per_s:,.0f}/s ({HOP_GOAL})")
        say(f"    from write to applied: p50 {one.p50_ms:,.0f} ms, p99 {one.p99_ms:,.0f} ms")
        shares = ", ".join(f"{name} {spent:,.0f}" for name, spent in one.cpu_us.items())
        say(f"    CPU microseconds per hop: {shares}; together {sum(one.cpu_us.values()):,.0f}")


def _tell_filing(told: filing.Filing) -> None:
    say(f"\nRequests ({PACED} at {PACE_PER_S:.0f}/s, then {BURST} by {filing.AT_ONCE} clients at once)")
    say(f"  accepted: {told.per_s:,.0f}/s")
    say(f"  accepted until mailed: p50 {told.mail_p50_ms:,.0f} ms, p99 {told.mail_p99_ms:,.0f} ms")


def _tell_steps(spent: dict[str, float]) -> None:
    say(f"\nCPU milliseconds of the whole platform per step (median of {JOURNEYS} journeys, idle taken off)")
    for step, cost_ms in spent.items():
        say(f"  {cost_ms:6.0f}  {step}")
    say(f"  {sum(spent.values()):6.0f}  the whole journey")


def _silent(_line: str) -> None:
    return
