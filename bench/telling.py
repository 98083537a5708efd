"""Prints what was measured of pages and of issuing."""

from __future__ import annotations

from typing import Final

from bench import issuing
from bench.pages import measure
from deploy.local.progress import say

PAGES_GOAL: Final = "goal: signed at most 1.0 ms, then 0.6, and at most 25 P-256 signatures"


def tell_pages(told: measure.Compared) -> None:
    """Print what was found."""
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
    say("  kept, sealed: all that the service does for it but its database and the pipe to its keys")
    say(f"  {PAGES_GOAL}; memory of the process, all engines in it: {told.memory_mb:,.0f} MB")


def tell_issuing(told: issuing.Issuing) -> None:
    """Print what was found."""
    say(f"\nIssuing {told.count:,} certificates: Kafka, MongoDB, certificates, verification")
    say(f"  approvals in Kafka until every file is open: {told.approved_s / 60:.1f} min")
    say(f"  the signatory's word until every certificate is issued: {told.signed_s / 60:.1f} min")
    say(f"  the same until verification knows every one: {told.known_s / 60:.1f} min")
    say(f"  {told.count / told.known_s:,.0f} certificates/s")
    shares = ", ".join(f"{name} {spent:.1f}" for name, spent in told.cpu_ms.items())
    say(f"  CPU ms per certificate: {shares}; together {sum(told.cpu_ms.values()):.1f}")
