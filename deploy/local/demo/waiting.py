"""Waits for what another service has still to hear of."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from deploy.local.demo.errors import WalkFailedError

WAIT_S: Final = 30.0
POLL_S: Final = 0.1

Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | None], what: str, timeout_s: float = WAIT_S) -> Found:
    """Look again and again until there's something to see.

    Args:
        look: Returns what is awaited, or None.
        what: Says what is awaited, for the failure.
        timeout_s: How long to wait.

    Raises:
        WalkFailedError: The time is over.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise WalkFailedError(f"{what} did not come within {timeout_s:g} s")
        time.sleep(POLL_S)
