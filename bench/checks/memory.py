"""How much memory rows take: `python -m bench.checks.memory MILLIONS` prints the size as it grows."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from libs.contracts.certificates import CertificateStatus
from services.verification.adapters.packed_table import PackedTable
from services.verification.domain.certificate import Version
from services.verification.domain.packed import Entry, pack
from services.verification.domain.typed import KEY_BYTES

MILLION: Final = 1_000_000
ISSUED: Final = date(2026, 1, 5)
# Three parts each, in letters of two bytes and of one, as names of this country have.
NAMES: Final = ("\u064a \u0623 \u0648", "Y A O")


def resident_mb() -> float:
    """This process' resident memory, in millions of bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def rows(count: int) -> Iterator[tuple[bytes, bytes]]:
    """So many different versions."""
    for number in range(count):
        issued = ISSUED + timedelta(number % 1000)
        version = Version(
            f"{issued.year}/{number % MILLION:06}",
            "",
            CertificateStatus.VALID,
            issued,
            issued + timedelta(365 * 5),
            status_index=number,
        )
        yield os.urandom(KEY_BYTES), pack(Entry(version, *NAMES))


def main(millions: int) -> None:
    """Fill a table and tell its size after each million."""
    empty_mb, table, began = resident_mb(), PackedTable(), time.perf_counter()
    for place, (key, row) in enumerate(rows(millions * MILLION), 1):
        table.put(key, row)
        if place % MILLION == 0:
            took_s = time.perf_counter() - began
            told = {
                "rows": place,
                "process_mb": resident_mb(),
                "rows_mb": resident_mb() - empty_mb,
                "took_s": took_s,
            }
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
