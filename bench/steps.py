"""CPU of the whole platform for each step of one certificate's journey."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from bench.cpu import cpu_of_all_s
from deploy.local.demo.casting import Casting
from deploy.local.demo.journey import Journey, Step
from deploy.local.demo.people import Applicant
from deploy.local.running import Running, RunningFile
from deploy.local.stack import Stack

IDLE_S = 3.0
SETTLE_S = 0.4


def measure(stack: Stack, journeys: int, tell: Callable[[str], None]) -> dict[str, float]:
    """Walk some journeys, one after another.

    Returns:
        Step to CPU milliseconds of services, mongod, Kafka, gateway and mail catcher together: the median
        over the journeys, what the platform uses when idle taken off.
    """
    pids = _pids(stack)
    idle = _idle_share(pids)
    spent: dict[str, list[float]] = {}
    for turn in range(journeys):
        tell(f"  journey {turn + 1} of {journeys}")
        person = Applicant.read("adult").somebody_new(random.SystemRandom())
        with Casting(stack.origin, stack.mail.web_url, stack.folders.data / "seed") as casting:
            for step in Journey(casting.cast(person)).steps():
                spent.setdefault(f"{step.who} {step.what}", []).append(_cost_ms(step, pids, idle))
    return {step: statistics.median(costs) for step, costs in spent.items()}


def _cost_ms(step: Step, pids: list[int], idle: float) -> float:
    began, began_cpu_s = time.perf_counter(), cpu_of_all_s(pids)
    step.act()
    # What a step causes in other services belongs to it, too.
    time.sleep(SETTLE_S)
    took_s, cpu_s = time.perf_counter() - began, cpu_of_all_s(pids) - began_cpu_s
    return max(cpu_s - idle * took_s, 0.0) * 1e3


def _idle_share(pids: list[int]) -> float:
    """CPU seconds per second while nothing happens."""
    before = cpu_of_all_s(pids)
    time.sleep(IDLE_S)
    return (cpu_of_all_s(pids) - before) / IDLE_S


def _pids(stack: Stack) -> list[int]:
    running: Running | None = RunningFile(stack.folders.run).find() or stack.find_running()
    return [int(pid) for pid in running.births] if running else []
