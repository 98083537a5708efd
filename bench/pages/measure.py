"""All engines in one run, by turns, on the same certificates."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from bench.cpu import cpu_of_all_s
from bench.kin import kin
from bench.pages import engines, keeping, signing
from bench.pages.engines import Engine
from bench.pages.printed import people
from services.certificates.domain.printed import CertificateContent

ROUNDS = 9
_SIGNATURES = 200
# A house prints thousands a day: its templates are frozen, and most words and pairs of letters were met.
_WARM = 900
_OURS = 3
_SERVICE = "ours, kept, sealed"
# Name, engine, and how many certificates it prints in a round: about as long for each.
_ENGINES: tuple[tuple[str, Callable[[], AbstractContextManager[Engine]], int], ...] = (
    ("ours, signed", signing.signed, 150),
    (_SERVICE, keeping.kept, 150),
    ("ours, empty slot", signing.unsigned, 150),
    ("reportlab, all cached", engines.reportlab_cached, 2),
    ("reportlab, plain", engines.reportlab_plain, 2),
    ("WeasyPrint", engines.weasyprint, 1),
    ("Typst", engines.typst_compiler, 2),
    ("Chromium", engines.chromium, 3),
)
_BROWSER = "Chromium"


@dataclass(frozen=True)
class Printed:
    """What one engine needs for one certificate.

    Attributes:
        cpu_ms: The median of the rounds.
        best_ms: The best round.
        signatures: CPU over that of one P-256 signature in the same round, the median.
        kilobytes: Of the file, the median.
    """

    engine: str
    cpu_ms: float
    best_ms: float
    signatures: float
    kilobytes: float

    @property
    def per_s(self) -> float:
        """Certificates per second and core."""
        return 1000 / self.cpu_ms


@dataclass(frozen=True)
class Compared:
    """Every engine, and what they were measured by.

    Attributes:
        signature_ms: One P-256 signature, the median.
        memory_mb: The most that this process held, every engine in it.
    """

    engines: list[Printed]
    signature_ms: float
    memory_mb: float


def measure(rounds: int = ROUNDS) -> Compared:
    """Print certificates by every engine in turn.

    Args:
        rounds: How often each engine has its turn; two more before are not counted.
    """
    with ExitStack() as opened:
        running = [(name, opened.enter_context(make()), count) for name, make, count in _ENGINES]
        sign = opened.enter_context(signing.p256())
        browser = _browsers()
        spent: dict[str, list[float]] = {name: [] for name, *_ in _ENGINES}
        sizes: dict[str, list[int]] = {name: [] for name, *_ in _ENGINES}
        signatures: list[float] = []
        for _, engine, _ in running[:_OURS]:
            _print(engine, people()[-_WARM:], [])
        # As a service does once it is built.
        gc.collect()
        gc.freeze()
        place = 0
        for _ in range(rounds + 2):
            signatures.append(_cpu_ms([], sign, _SIGNATURES))
            for name, engine, count in running:
                chosen = people()[place : place + count]
                place += count
                pids = browser if name == _BROWSER else []
                cost_ms, written = _print(engine, chosen, pids)
                spent[name].append(cost_ms)
                sizes[name] += written
    counted = signatures[2:]
    return Compared(
        [_told(name, spent[name][2:], counted, sizes[name]) for name in spent],
        statistics.median(counted),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _told(
    name: str, spent_ms: Sequence[float], signatures_ms: Sequence[float], sizes: Sequence[int]
) -> Printed:
    ratios = [cost_ms / one_ms for cost_ms, one_ms in zip(spent_ms, signatures_ms, strict=True)]
    return Printed(
        name,
        statistics.median(spent_ms),
        min(spent_ms),
        statistics.median(ratios),
        statistics.median(sizes) / 1000,
    )


def _print(
    engine: Engine, people: Sequence[CertificateContent], pids: Sequence[int]
) -> tuple[float, list[int]]:
    """CPU milliseconds for each certificate, and the sizes of the files."""
    files: list[bytes] = []
    left = iter(people)
    cost_ms = _cpu_ms(pids, lambda: files.append(engine(next(left))), len(people))
    assert all(files)
    return cost_ms, [len(file) for file in files]


def _cpu_ms(pids: Sequence[int], act: Callable[[], object], count: int) -> float:
    """CPU of this process and of others, for each of some acts."""
    others_s, began_s = cpu_of_all_s(pids), time.process_time()
    for _ in range(count):
        act()
    spent_s = time.process_time() - began_s + cpu_of_all_s(pids) - others_s
    return spent_s / count * 1e3


def _browsers() -> list[int]:
    """The browser's processes among this one's descendants."""
    return [pid for pid, name in kin().items() if "chrom" in name]
