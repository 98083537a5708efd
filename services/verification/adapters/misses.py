"""How many wrong codes each network has tried of late, counted in this process' memory."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Final

MOST: Final = 60
WINDOW_S: Final = 60

_SLOTS: Final = 1 << 18


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
        self._key = key.hex()
        self._monotonic_s = monotonic_s
        self._most = most
        self._window_s = window_s
        self._one = _empty()
        self._other = _empty()
        self._ends_at = monotonic_s() + window_s

    def find_places(self, network: str) -> tuple[int, int] | None:
        """Where a network is counted; None once it has tried as many wrong codes as it may."""
        if self._monotonic_s() >= self._ends_at:
            self._begin_window()
        # Python's own hash of texts is SipHash; the key before the text keys it for certain.
        digest = hash(self._key + network)
        one, other = digest % _SLOTS, (digest >> 32) % _SLOTS
        if self._one[one] >= self._most <= self._other[other]:
            return None
        return one, other

    def count(self, places: tuple[int, int], missed: int) -> None:
        """Count what the network tried: 1 for a wrong code, 0 for a right one, which takes as long."""
        self._one[places[0]] += missed
        self._other[places[1]] += missed

    def retry_after_s(self) -> int:
        """Whole seconds until the window ends."""
        return max(1, round(self._ends_at - self._monotonic_s()))

    def _begin_window(self) -> None:
        self._one, self._other = _empty(), _empty()
        self._ends_at = self._monotonic_s() + self._window_s


def _empty() -> array[int]:
    return array("L", bytes(array("L").itemsize * _SLOTS))
