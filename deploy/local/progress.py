"""Tells the person at the terminal what is being done, why, and how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SILENT_S: Final = 2.0


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def step(what: str) -> Iterator[None]:
    """Announce a step that fetches or builds, and say how long it took beyond two seconds."""
    say(f"  {what} ...")
    began = time.monotonic()
    yield
    elapsed_s = time.monotonic() - began
    if elapsed_s > SILENT_S:
        say(f"  ({elapsed_s:.1f} s) {what}: done")
