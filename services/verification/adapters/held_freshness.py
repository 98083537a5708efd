"""Freshness that is asked for a few times a second and not with every answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.verification.ports import Freshness

HELD_S: Final = 0.1
"""A tenth of a second more or less is nothing beside the quarter of a minute that is to spare (ADR 19)."""


class HeldFreshness:
    """Holds a good answer for a moment; a bad one is never held.

    Args:
        inner: Knows.
        monotonic_s: This process' clock that never goes back.
    """

    def __init__(self, inner: Freshness, monotonic_s: Callable[[], float]) -> None:
        self._inner = inner
        self._monotonic_s = monotonic_s
        self._until_s = 0.0

    def as_of_s(self) -> float | None:
        """How many seconds ago everything committed in certificates is known to be in this model."""
        return self._inner.as_of_s()

    def is_fresh(self) -> bool:
        """Whether a revocation that was committed a minute ago is in this model for certain."""
        now_s = self._monotonic_s()
        if now_s < self._until_s:
            return True
        if not self._inner.is_fresh():
            return False
        self._until_s = now_s + HELD_S
        return True
