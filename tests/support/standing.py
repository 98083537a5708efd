"""Where a real reader stands on its topics, for tests that share a broker with others."""

from __future__ import annotations

import asyncio

from libs.chassis.kafka import KafkaReader
from libs.chassis.pausing import pause

PATIENCE_S = 60
PAUSE_S = 0.05


async def is_at_the_end(reader: KafkaReader) -> bool:
    """Whether the group has its partitions, and has read all that is on them."""
    consumer = await reader._started()
    partitions = consumer.assignment()
    ends = await consumer.end_offsets(list(partitions)) if partitions else {}
    positions = [await consumer.position(partition) >= end for partition, end in ends.items()]
    return bool(positions) and all(positions)


async def stand_at_the_end(reader: KafkaReader) -> None:
    """Wait until a new reader that begins at the end stands there: from now on it misses nothing."""
    never = asyncio.Event()
    async with asyncio.timeout(PATIENCE_S):
        while not await is_at_the_end(reader):
            await pause(never, PAUSE_S)
