"""Reads an issuance log over HTTP, as anybody can: heads, entries and tiles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from libs.contracts.issuance_log.tiles import TILE_HEIGHT, Tile, entries_in, hashes_in, tiles_of

_TIMEOUT_S = 20.0


class Unreadable(Exception):
    """The log doesn't answer, or answers nonsense."""


@dataclass(frozen=True)
class Batch:
    """The entries of one bundle from the first that was asked for, with the hashes that their tile tells."""

    leaves: Sequence[bytes]
    hashes: Sequence[bytes]


class LogReader:
    """Reads one log.

    Args:
        client: Whose base address is the platform's origin.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @classmethod
    def at(cls, origin: str) -> LogReader:
        """Read the log of the platform at `origin`."""
        return cls(httpx.AsyncClient(base_url=origin, timeout=_TIMEOUT_S, follow_redirects=False))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def key(self) -> str:
        """The key that the log itself names: to be believed once, and then held against it."""
        return (await self._get("/log/key")).decode().strip()

    async def note(self) -> str:
        """The newest signed head."""
        return (await self._get("/log/checkpoint")).decode()

    async def batches(self, begin: int, size: int) -> AsyncIterator[Batch]:
        """The entries from `begin` up to those that `size` covers, bundle by bundle."""
        for bundle in tiles_of(size, None, begin) if begin < size else ():
            skipped = max(begin - bundle.begin, 0)
            tile = Tile(0, bundle.n, bundle.width)
            try:
                leaves = entries_in(await self._get(f"/log/tile/{bundle.path}"))
                hashes = hashes_in(await self._get(f"/log/tile/{tile.path}"))
            except ValueError as error:
                raise Unreadable(f"{bundle.path}: {error}") from error
            yield Batch(leaves[skipped:], hashes[skipped:])

    async def higher_tiles(self, size: int) -> AsyncIterator[tuple[Tile, bytes]]:
        """All tiles above the first level."""
        level = 1
        while size >> (TILE_HEIGHT * level):
            for tile in tiles_of(size, level):
                yield tile, await self._get(f"/log/tile/{tile.path}")
            level += 1

    async def _get(self, path: str) -> bytes:
        try:
            answer = await self._client.get(path)
        except httpx.HTTPError as error:
            raise Unreadable(f"{path}: {type(error).__name__}") from error
        if answer.status_code != HTTPStatus.OK:
            raise Unreadable(f"{path}: {answer.status_code}")
        return answer.content
