"""Measures the platform on this machine: `python -m bench [everything | issuing | pages] [--count N]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import filing, hop, issuing, steps
from bench.pages import measure
from deploy.local.folders import REPOSITORY, Folders
from deploy.local.progress import say
from deploy.local.stack import Stack
from libs.chassis.logging import configure_logging

FOLDER = REPOSITORY / ".local" / "bench"
HOPS = 6000
WRITERS = 16
PACED, PACE_PER_S, BURST = 100, 10.0, 200
CERTIFICATES = 2000
JOURNEYS = 3

PAGES = "goal: signed at most 1.0 ms, then 0.6, and at most 25 P-256 signatures"
GOALS = {"start": "goal: 15 s", "hop": "goal: at least 1,000/s", "pages": PAGES}


def main(words: Sequence[str]) -> int:
    """Measure everything, or the one thing that is named, and tell each figure as soon as it is there."""
    reader = argparse.ArgumentParser(prog="bench")
    reader.add_argument("what", nargs="?", choices=["everything", "issuing", "pages"], default="everything")
    reader.add_argument("--count", type=int, default=CERTIFICATES, help="certificates to issue")
    asked = reader.parse_args(words)
    configure_logging("bench", level="ERROR")
    # Registrations are limited per network, and the bench comes from one.
    os.environ |= {"IDENTITY_REGISTRATIONS_PER_NETWORK": "100000", "IDENTITY_MAILS_PER_IDENTITY": "100000"}
    cores, load, python = os.cpu_count(), os.getloadavg()[0], platform.python_version()
    say(f"{platform.machine()}, {cores} cores, load {load:.1f} before, Python {python}")
    if asked.what != "issuing":
        _tell_pages(measure.measure())
    if asked.what == "everything":
        _measure_platform()
    if asked.what != "pages":
        _tell_issuing(asyncio.run(issuing.measure(asked.count)))
    return 0


def _tell_pages(told: measure.Compared) -> None:
    say(
        f"\nOne certificate's page, the same words and QR code, by turns in one run ({measure.ROUNDS} rounds)"
    )
    say(f"  one P-256 signature: {told.signature_ms:.3f} ms CPU")
    say(f"  {'':22}{'CPU ms':>9}{'best':>9}{'1/s/core':>10}{'KB':>7}{'P-256s':>9}{'x signed':>10}")
    first = told.engines[0].cpu_ms
    for one in told.engines:
        say(
            f"  {one.engine:22}{one.cpu_ms:9.2f}{one.best_ms:9.2f}{one.per_s:10,.0f}{one.kilobytes:7.0f}"
            f"{one.signatures:9,.0f}{one.cpu_ms / first:10.1f}"
        )
    say(f"  {GOALS['pages']}; memory of the process, all engines in it: {told.memory_mb:,.0f} MB")


def _measure_platform() -> None:
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
    say(f"  warm start until every service is ready: {time.perf_counter() - began:.1f} s ({GOALS['start']})")
    return stack


def _tell_hops(hops: Sequence[hop.Hop]) -> None:
    say(f"\nOne event hop: write, relay, Kafka, apply ({HOPS} events, {WRITERS} writers)")
    for one in hops:
        say(f"  {one.kind}: {one.per_s:,.0f}/s ({GOALS['hop']})")
        say(f"    from write to applied: p50 {one.p50_ms:,.0f} ms, p99 {one.p99_ms:,.0f} ms")
        shares = ", ".join(f"{name} {spent:,.0f}" for name, spent in one.cpu_us.items())
        say(f"    CPU microseconds per hop: {shares}; together {sum(one.cpu_us.values()):,.0f}")


def _tell_filing(told: filing.Filing) -> None:
    say(f"\nRequests ({PACED} at {PACE_PER_S:.0f}/s, then {BURST} by {filing.AT_ONCE} clients at once)")
    say(f"  accepted: {told.per_s:,.0f}/s")
    say(f"  accepted until mailed: p50 {told.mail_p50_ms:,.0f} ms, p99 {told.mail_p99_ms:,.0f} ms")


def _tell_issuing(told: issuing.Issuing) -> None:
    say(f"\nIssuing {told.count:,} certificates: Kafka, MongoDB, certificates, verification")
    say(f"  approvals in Kafka until every file is open: {told.approved_s / 60:.1f} min")
    say(f"  the signatory's word until every certificate is issued: {told.signed_s / 60:.1f} min")
    say(f"  the same until verification knows every one: {told.known_s / 60:.1f} min")
    say(f"  {told.count / told.known_s:,.0f} certificates/s")
    shares = ", ".join(f"{name} {spent:.1f}" for name, spent in told.cpu_ms.items())
    say(f"  CPU ms per certificate: {shares}; together {sum(told.cpu_ms.values()):.1f}")


def _tell_steps(spent: dict[str, float]) -> None:
    say(f"\nCPU milliseconds of the whole platform per step (median of {JOURNEYS} journeys, idle taken off)")
    for step, cost_ms in spent.items():
        say(f"  {cost_ms:6.0f}  {step}")
    say(f"  {sum(spent.values()):6.0f}  the whole journey")


def _silent(_line: str) -> None:
    return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
