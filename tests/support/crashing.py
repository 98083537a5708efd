"""A process of the flow that kills itself with SIGKILL at a named point."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from libs.chassis.errors import DependencyDown
from libs.chassis.log import Partition, Publisher, Reader, Record
from libs.chassis.outbox import Outboxes, Pending
from libs.contracts.event import Envelope
from tests.support.flow import Flow, RealPlaces, real_flow
from tests.support.ledger import Account, Mirror, moved

POINTS = ("written_not_published", "published_not_pulled", "applied_not_committed", "none")


def die() -> None:
    """End at once, as a power cut of the process would."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingPublisher:
    """Dies where it should publish."""

    def __init__(self, inner: Publisher) -> None:
        self._inner = inner

    async def publish_all(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        die()
        return await self._inner.publish_all(envelopes)

    async def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> None:
        await self._inner.publish_raw(topic, key, value, headers)

    async def publish_to(self, partitions: Mapping[int, Envelope]) -> Mapping[int, int]:
        die()
        return await self._inner.publish_to(partitions)


class DyingOutbox:
    """Dies between the broker's acknowledgement and the mark."""

    def __init__(self, inner: Outboxes) -> None:
        self._inner = inner

    async def pending(self, limit: int) -> Sequence[Pending]:
        return await self._inner.pending(limit)

    async def pull(self, published: Mapping[str, Sequence[str]]) -> None:
        die()
        await self._inner.pull(published)

    async def oldest(self) -> object:
        return await self._inner.oldest()


class DyingReader:
    """Dies between the handler's write and the offset commit."""

    def __init__(self, inner: Reader) -> None:
        self._inner = inner

    async def poll(self, timeout_s: float, max_records: int) -> Sequence[Record]:
        return await self._inner.poll(timeout_s, max_records)

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        die()
        await self._inner.commit(positions)

    async def rewind(self, positions: Mapping[Partition, int]) -> None:
        await self._inner.rewind(positions)


async def write(flow: Flow, run: str, accounts: int, moves: int) -> None:
    """Insert a run's accounts with their moves, each of amount 1."""
    for number in range(accounts):
        name = f"{run}-{number}"
        if await flow.accounts.find(name) is None:
            owner = await flow.owner(f"owner-of-{name}")
            await flow.accounts.insert(name, Account(owner, moves), [moved(name, 1)] * moves)


async def publish_all(flow: Flow) -> None:
    """Relay until nothing waits."""
    relay = flow.relay()
    while await flow.outbox.oldest() is not None:
        try:
            if not await relay.step():
                await asyncio.sleep(0.1)
        except DependencyDown:
            await asyncio.sleep(0.1)


async def mirrors_of(flow: Flow, run: str, accounts: int) -> list[Mirror]:
    """The mirrors of a run's accounts, as far as they exist."""
    found = [await flow.mirrors.find(f"{run}-{number}") for number in range(accounts)]
    return [stored.value for stored in found if stored is not None]


async def consume_until(flow: Flow, run: str, accounts: int, moves: int) -> None:
    """Consume until each mirror of the run has counted its account's moves."""
    consumer = flow.consumer()
    while True:
        try:
            await consumer.step(0.5)
            await consumer.retry_parked()
        except DependencyDown:
            await asyncio.sleep(0.1)
        mirrors = await mirrors_of(flow, run, accounts)
        if len(mirrors) == accounts and all(mirror.moves >= moves for mirror in mirrors):
            return


async def main(places: RealPlaces, point: str, accounts: int, moves: int) -> None:
    flow = await real_flow(places)
    await write(flow, places.group, accounts, moves)
    if point == "written_not_published":
        flow.publisher = DyingPublisher(flow.publisher)
    if point == "published_not_pulled":
        flow.outbox = DyingOutbox(flow.outbox)  # type: ignore[assignment]
    if point == "applied_not_committed":
        flow.reader = DyingReader(flow.reader)
    await publish_all(flow)
    await consume_until(flow, places.group, accounts, moves)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    asyncio.run(main(RealPlaces(**given), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
