"""Measures the platform on this machine: `python -m bench [everything | one of its parts] [--count N]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bench import issuing, lists, offline, partners, revoking, telling, whole
from bench.checks import comparing
from bench.pages import measure
from deploy.local.progress import say
from libs.chassis.logging import configure_logging

CERTIFICATES: Final = 2000

PARTS: Final[Mapping[str, Callable[[int], None]]] = {
    "pages": lambda _count: telling.tell_pages(measure.measure()),
    "checks": lambda _count: comparing.run(),
    "lists": lambda _count: lists.run(),
    "offline": lambda _count: offline.run(),
    "partners": lambda _count: partners.run(),
    "revoking": lambda _count: revoking.run(),
    "platform": lambda _count: whole.run(),
    "issuing": lambda count: telling.tell_issuing(asyncio.run(issuing.measure(count))),
}


def main(words: Sequence[str]) -> int:
    """Measure everything, or the one part that is named, and tell each figure as soon as it is there."""
    reader = argparse.ArgumentParser(prog="bench")
    reader.add_argument("what", nargs="?", choices=["everything", *PARTS], default="everything")
    reader.add_argument("--count", type=int, default=CERTIFICATES, help="certificates to issue")
    asked = reader.parse_args(words)
    configure_logging("bench", level="ERROR")
    # Registrations are limited per network, and the bench comes from one.
    os.environ |= {"IDENTITY_REGISTRATIONS_PER_NETWORK": "100000", "IDENTITY_MAILS_PER_IDENTITY": "100000"}
    cores, load, python = os.cpu_count(), os.getloadavg()[0], platform.python_version()
    say(f"{platform.machine()}, {cores} cores, load {load:.1f} before, Python {python}")
    for name, run in PARTS.items():
        if asked.what in ("everything", name):
            run(asked.count)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
