"""Command line of the catalogue: print it, or with ``--check`` say what is out of date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from libs.contracts.catalogue.documents import stale, write
from libs.contracts.compatibility import ADVICE, all_breaks
from libs.contracts.registry import EVENTS
from libs.contracts.schema import committed

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Run the command.

    Returns:
        The exit code: 1 where an event breaks its schema, or with ``--check`` where a file is out of date.
    """
    parser = argparse.ArgumentParser(prog="python -m libs.contracts.catalogue", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail when a file is out of date"
    )
    checking = parser.parse_args().check
    found = all_breaks(committed(), EVENTS)
    if found:
        return _say([*found, ADVICE], 1)
    if not checking:
        return _say([f"wrote {path.relative_to(ROOT)}" for path in write(ROOT)], 0)
    old = [f"out of date: {path.relative_to(ROOT)}" for path in stale(ROOT)]
    return _say([*old, "run `make catalogue`"] if old else [], 1 if old else 0)


def _say(lines: list[str], code: int) -> int:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return code


if __name__ == "__main__":
    sys.exit(main())
