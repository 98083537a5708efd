"""How many wrong codes each network has tried of late, counted in this process' memory."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

MOST: Final = 60
WINDOW_S: Final = 60

_SLOTS: Final = 1 << 18
_FULL: Final = 0xFFFF


class Misses:
    """Counts under keyed digests, in two rows of slots whose size never changes.

    A network's count is the smaller one of its two slots (a count-min sketch: Cormode and Muthukrishnan,
    2005), so it is never too low; it is too high only where others share both slots. Nothing tells which
    networks were here, and all is forgotten when the window ends.

    Args:
        key: Of the digests.
        monotonic_s: A clock that never goes back.
        most: Wrong codes that one network may try in a window.
        window_s: Its length.
    """

    def __init__(
        self, key: bytes, monotonic_s: Callable[[], float], most: int = MOST, window_s: int = WINDOW_S
    ) -> None:
        self._key = key[:64]
        self._monotonic_s = monotonic_s
        self._most = most
        self._window_s = window_s
        self._one = _empty()
        self._other = _empty()
        self._ends_at = monotonic_s() + window_s

    def is_full(self, network: str) -> bool:
        """Whether the network has tried as many wrong codes as it may."""
        if self._monotonic_s() >= self._ends_at:
            self._begin_window()
        place, other = self._places(network)
        return self._one[place] >= self._most <= self._other[other]

    def count(self, network: str, missed: int) -> None:
        """Count what the network tried.

        Args:
            network: From `network_of_host`.
            missed: 1 for a wrong code, 0 for a right one, which takes as long.
        """
        place, other = self._places(network)
        self._one[place] = min(self._one[place] + missed, _FULL)
        self._other[other] = min(self._other[other] + missed, _FULL)

    def retry_after_s(self) -> int:
        """Whole seconds until the window ends."""
        return max(1, round(self._ends_at - self._monotonic_s()))

    def _places(self, network: str) -> tuple[int, int]:
        digest = int.from_bytes(blake2b(network.encode(), key=self._key, digest_size=8).digest())
        return digest % _SLOTS, (digest >> 32) % _SLOTS

    def _begin_window(self) -> None:
        self._one, self._other = _empty(), _empty()
        self._ends_at = self._monotonic_s() + self._window_s


def _empty() -> array[int]:
    return array("H", bytes(2 * _SLOTS))
