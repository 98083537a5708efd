"""Every version's row in this process' memory, and a digest of them all that no order changes."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

_MODULUS: Final = 1 << 256


class PackedTable:
    """Rows by their keys.

    The digest is the sum of the rows' own digests (Clarke et al., Incremental multiset hash functions, 2003):
    it is kept up with each change, and two tables of the same rows have the same one however they came about.
    """

    def __init__(self) -> None:
        self._rows: dict[bytes, bytes] = {}
        self._sum = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(self._rows.items())

    def find(self, key: bytes) -> bytes | None:
        """The row of a key, or None."""
        return self._rows.get(key)

    def put(self, key: bytes, row: bytes) -> None:
        """Put a row in the place of the one before."""
        before = self._rows.get(key)
        if before == row:
            return
        if before is not None:
            self._sum -= _weight(key, before)
        self._rows[key] = row
        self._sum = (self._sum + _weight(key, row)) % _MODULUS

    def remove(self, key: bytes) -> None:
        """Take a row out; harmless where there's none."""
        row = self._rows.pop(key, None)
        if row is not None:
            self._sum = (self._sum - _weight(key, row)) % _MODULUS

    def digest(self) -> str:
        """A digest of all rows, in hex."""
        return f"{self._sum % _MODULUS:064x}"


def _weight(key: bytes, row: bytes) -> int:
    return int.from_bytes(sha256(key + row).digest())
