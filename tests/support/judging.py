"""Judges the whole corpus by every route, signed and unsigned: `python -m tests.support.judging [SIZE]`."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Final

from tests.support.corpus import SIZE, corpus
from tests.support.printing import Route, print_all
from tests.support.verapdf import broken_claims

# PDF/A-2 wants one signer in every signature dictionary, so a slot that nobody filled breaks these alone.
UNFILLED: Final = ("2a 6.4.3-2", "2a 6.4.3-3")


@dataclass(frozen=True)
class Verdict:
    """What is wrong with some pages, by their names.

    Attributes:
        pages: How many were judged.
        faults: What qpdf's check and the structure tree tell.
        broken: What veraPDF finds of PDF/UA-1 and PDF/A-2a, other than that an empty slot is empty.
    """

    pages: int
    faults: dict[str, tuple[str, ...]]
    broken: dict[str, tuple[str, ...]]


def judge(route: Route, size: int) -> Verdict:
    """Print the first `size` of the corpus by one route, and judge each page."""
    pages = {page.name: page for page in print_all(route, corpus(size))}
    broken = broken_claims({name: page.pdf for name, page in pages.items()})
    if route is Route.FAST_UNSIGNED:
        broken = {name: broken.get(name, ()) for name in pages if broken.get(name) != UNFILLED}
    return Verdict(len(pages), {name: page.faults for name, page in pages.items() if page.faults}, broken)


def main(size: int) -> int:
    """Judge every route and tell; 1 where something is wrong."""
    wrong = 0
    for route in Route:
        began = time.monotonic()
        verdict = judge(route, size)
        wrong += len(verdict.faults) + len(verdict.broken)
        counts = f"{len(verdict.faults)} with faults, {len(verdict.broken)} that veraPDF refuses"
        sys.stdout.write(f"{route}: {verdict.pages} pages, {counts} ({time.monotonic() - began:.0f} s)\n")
        sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZE))
