"""`python -m bench.log`: how fast the issuance log takes entries, signs heads, proves and is audited."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.parts import Mongod
from deploy.local.progress import say
from deploy.log_monitor.audit import Audit
from deploy.log_monitor.findings import Fault, Rules
from libs.chassis.mongo import Database, connect, disconnect
from libs.chassis.notes import NoteSigner
from libs.contracts.issuance_log.merkle import leaf_hash
from services.certificates.adapters.log_tree import MongoLogTree
from tests.support.logging_process import invented, opened

ENTRIES = 40_000
AT_ONCE = 64
PROOFS = 200


@dataclass(frozen=True)
class Figures:
    """What one run showed.

    Attributes:
        alone_per_s: Entries a second when one caller waits for each.
        together_per_s: Entries a second when many callers wait at once.
        head_ms: For a head over all entries, with the roots of the tiles kept.
        proof_ms: For one proof of inclusion.
        audit_s: For a monitor's comparison of all entries, without fetching them.
    """

    alone_per_s: float
    together_per_s: float
    head_ms: float
    proof_ms: float
    audit_s: float


async def measure(database: Database, count: int) -> Figures:
    """Fill a log with `count` entries and read it again."""
    entries = await opened(database)
    signer = NoteSigner("bench/log", Ed25519PrivateKey.generate())
    tree = MongoLogTree(database, entries, signer)
    alone = min(count // 10, 500)
    began = time.perf_counter()
    for number in range(alone):
        await entries.append(invented(number))
    alone_s = time.perf_counter() - began
    waiting = iter(range(alone, count))

    async def caller() -> None:
        for number in waiting:
            await entries.append(invented(number))

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    together_s = time.perf_counter() - began
    began = time.perf_counter()
    head = await tree.publish()
    head_s = time.perf_counter() - began
    began = time.perf_counter()
    for step in range(PROOFS):
        await tree.inclusion(step * (count // PROOFS), head.size)
    proof_s = time.perf_counter() - began
    leaves = await entries.leaves(0, count)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    began = time.perf_counter()
    audit = Audit(signer.verifier, Rules())
    opened_head, _found = audit.open_head(head.note)
    assert opened_head is not None
    found = audit.take_entries(opened_head, leaves, hashes, datetime.now(UTC))
    assert {finding.fault for finding in found} <= {Fault.MOMENT_AHEAD}
    audit_s = time.perf_counter() - began
    return Figures(
        alone / alone_s, (count - alone) / together_s, head_s * 1000, proof_s * 1000 / PROOFS, audit_s
    )


def main(words: Sequence[str]) -> int:
    """Measure and print."""
    reader = argparse.ArgumentParser(prog="bench.log")
    reader.add_argument("--count", type=int, default=ENTRIES, help="entries to append")
    count = reader.parse_args(words).count
    with TemporaryDirectory() as folder:
        mongod = Mongod(Path(folder))
        mongod.start()
        try:
            figures = asyncio.run(_measure_on(mongod.url_for("log_bench"), count))
        finally:
            mongod.stop()
    say(f"log: {figures.alone_per_s:,.0f} entries/s one after the other")
    say(f"log: {figures.together_per_s:,.0f} entries/s from {AT_ONCE} callers (goal: at least 500/s)")
    say(f"log: {figures.head_ms:.0f} ms for a head over {count:,} entries, all tiles' roots with it")
    say(f"log: {figures.proof_ms:.1f} ms for a proof of inclusion")
    say(f"log: {figures.audit_s:.2f} s for a monitor to compare {count:,} entries")
    return 0


async def _measure_on(url: str, count: int) -> Figures:
    database = connect(url, "log_bench")
    try:
        return await measure(database, count)
    finally:
        await disconnect(database)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
