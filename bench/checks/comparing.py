"""The public check and a bare answer by turns, asked the same by wrk; then paced, told apart, weighed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.checks.asking import p99_ms, paced, question, told_apart
from bench.cores import set_apart
from bench.cpu import cpu_s
from deploy.local.children import Child, Program
from deploy.local.folders import REPOSITORY
from deploy.local.parts import Kafka, Mongod
from deploy.local.ports import LOOPBACK, choose_port
from deploy.local.progress import say
from libs.contracts.code import code_of, format_code
from libs.contracts.topics import SERVICES, TOPICS
from services.verification.api.checks import PATH
from tests.support.freshness_house import Times, opened_house

FOLDER: Final = REPOSITORY / ".local" / "bench-checks"
SCRIPT: Final = Path(__file__).parent / "requests.lua"
CERTIFICATES: Final = 200
BODIES: Final = 2000
SLICES: Final = 9
SLICE_S: Final = 2
CONNECTIONS: Final = 32
SHARE: Final = 0.7
PACED_S: Final = 10.0
COMPARED: Final = 5000
MILLIONS: Final = 10
HELLO: Final = "bare answer"
#: What a platform that runs has: see ADR 19.
TIMES: Final = Times(fresh_for_s=45.0, bound_s=60.0)
GOAL: Final = "goal: 1.0 of the bare answer, at least 0.9"


@dataclass(frozen=True)
class Asked:
    """A process that answers."""

    port: int
    child: Child

    @property
    def pid(self) -> int:
        """Its id, once it runs."""
        assert self.child.pid is not None
        return self.child.pid


@dataclass(frozen=True)
class Checked:
    """What one run showed.

    Attributes:
        per_s: Requests a second in each slice, by what was asked.
        cpu_us: What one took of the process that answered, in each slice.
        paced_per_s: How often the paced questions came.
        p99_ms: Of their answers.
        area: Under the curve of a classifier that tells known codes from unknown ones by time alone.
    """

    per_s: Mapping[str, Sequence[float]]
    cpu_us: Mapping[str, Sequence[float]]
    paced_per_s: float
    p99_ms: float
    area: float


def run() -> None:
    """Measure and tell."""
    if shutil.which("wrk") is None:
        say("\nThe public check: wrk is missing; `apt-get install wrk` brings it")
        return
    say(f"\nThe public check, {SLICES} slices of {SLICE_S} s by turns, {CONNECTIONS} connections;")
    say("  whoever answers has a core to itself, all else the others")
    told = asyncio.run(measure())
    bare = statistics.median(told.per_s[HELLO])
    for name, found in told.per_s.items():
        middle = statistics.median(found)
        ratios = [one / other for one, other in zip(found, told.per_s[HELLO], strict=True)]
        shown = f"{middle:9,.0f}/s, {middle / bare:.2f} of the bare answer"
        cpu = f"{statistics.median(told.cpu_us[name]):.0f} us of CPU each"
        say(f"  {name:12}{shown} (slice by slice: {statistics.median(ratios):.2f}), {cpu}")
    say(f"  {GOAL}")
    say(f"  known codes at {told.paced_per_s:,.0f}/s ({SHARE:.0%} of the most): p99 {told.p99_ms:.1f} ms")
    say(f"  known from unknown by time alone: area {told.area:.3f} (0.5 tells nothing)")
    _tell_memory()


async def measure() -> Checked:
    """Ask a real process of verification, on real MongoDB and Kafka, and a bare one beside it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    mongod, kafka, port = Mongod(FOLDER / "mongod"), Kafka(FOLDER / "kafka"), choose_port()
    answering = (sys.executable, "-m", "bench.checks.hello", str(port))
    hello = Child(Program("hello", answering, REPOSITORY, FOLDER / "hello.log"))
    try:
        mongod.start()
        kafka.start()
        kafka.provision(TOPICS, SERVICES)
        async with opened_house(mongod, kafka, FOLDER, TIMES) as house:
            hello.start()
            await house.issue(CERTIFICATES)
            await house.until_all_is_told_right()
            check = house.answering[0]
            bare = Asked(port, hello)
            return await _compare(Asked(check.port, check.child), bare, list(house.codes.values()))
    finally:
        hello.stop()
        kafka.stop()
        mongod.stop()


async def _compare(check: Asked, bare: Asked, codes: Sequence[str]) -> Checked:
    strange = [code_of(os.urandom(10)) for _ in range(BODIES)]
    kinds = {
        "known": [format_code(code) for code in codes] * (BODIES // len(codes)),
        "unknown": [format_code(code) for code in strange],
        "malformed": [f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}-*" for code in strange],
    }
    bodies = {name: [json.dumps({"code": code}).encode() for code in typed] for name, typed in kinds.items()}
    for name, lines in bodies.items():
        (FOLDER / name).write_bytes(b"\n".join(lines) + b"\n")
    per_s: dict[str, list[float]] = {name: [] for name in (HELLO, *bodies)}
    cpu_us: dict[str, list[float]] = {name: [] for name in per_s}
    for turn in range(SLICES + 1):
        for name, found in per_s.items():
            file, asked = ("known", bare) if name == HELLO else (name, check)
            set_apart(asked.pid)
            before_s = cpu_s(asked.pid)
            reached = await asyncio.to_thread(_wrk, asked.port, FOLDER / file, turn)
            spent_s = cpu_s(asked.pid) - before_s
            # The first turn warms up.
            if turn:
                found.append(reached)
                cpu_us[name].append(spent_s * 1e6 / (reached * SLICE_S))
    set_apart(check.pid)
    rate = SHARE * statistics.median(per_s["known"])
    known = [question(body, "198.18.0.1") for body in bodies["known"]]
    spread = [
        question(body, f"198.18.{place // 250}.{place % 250}") for place, body in enumerate(bodies["unknown"])
    ]
    took_s = await paced(check.port, known, rate, PACED_S)
    area = await asyncio.to_thread(told_apart, check.port, known, spread, COMPARED)
    return Checked(per_s, cpu_us, rate, p99_ms(took_s), area)


def _wrk(port: int, bodies: Path, turn: int) -> float:
    asking = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{SLICE_S}s",
        "-s",
        str(SCRIPT),
        f"http://{LOOPBACK}:{port}{PATH}",
    ]
    told = subprocess.run(
        [*asking, "--", str(bodies), str(turn)], check=True, capture_output=True, text=True
    ).stdout
    if "Non-2xx" in told:
        raise RuntimeError(f"not every answer was good: {told}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found is not None
    return float(found[1])


def _tell_memory() -> None:
    filling = [sys.executable, "-m", "bench.checks.memory", str(MILLIONS)]
    told = subprocess.run(filling, check=True, capture_output=True, text=True, cwd=REPOSITORY).stdout
    lines = [json.loads(line) for line in told.splitlines()]
    first, last = lines[0], lines[-1]
    each_mb = last["rows_mb"] / MILLIONS
    say(f"  memory: {first['rows_mb']:,.0f} MB for the first million rows, {each_mb:,.0f} MB a million")
    say(f"  {last['rows']:,} rows: a process of {last['process_mb']:,.0f} MB, {last['took_s']:.0f} s to fill")
