"""How far topics go on a real Kafka, asked without being part of any group."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from libs.chassis.errors import DependencyDown
from libs.chassis.kafka import KafkaAccess
from libs.contracts.topics import Topic

#: A broker that was deposed while it stood still may answer with an old end; so long is it asked at most.
_REQUEST_TIMEOUT_MS = 3_000


class KafkaLogEnds:
    """Asks the leader of each partition."""

    def __init__(self, access: KafkaAccess, topics: Mapping[str, Topic]) -> None:
        self._access = access
        self._topics = topics
        self._consumer: AIOKafkaConsumer | None = None
        self._starting = asyncio.Lock()

    async def end_offsets(self, topic: str) -> Mapping[int, int]:
        """The offset after the last record of each partition.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        consumer = await self._started()
        partitions = [TopicPartition(topic, number) for number in range(self._topics[topic].partitions)]
        try:
            ends = await consumer.end_offsets(partitions)
        except KafkaError as error:
            raise DependencyDown(type(error).__name__) from error
        return {partition.partition: offset for partition, offset in ends.items()}

    async def close(self) -> None:
        """Close the connections."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def _started(self) -> AIOKafkaConsumer:
        async with self._starting:
            if self._consumer is None:
                options = self._access.options() | {"request_timeout_ms": _REQUEST_TIMEOUT_MS}
                consumer = AIOKafkaConsumer(**options, group_id=None, enable_auto_commit=False)
                try:
                    await consumer.start()
                except KafkaError as error:
                    await consumer.stop()
                    raise DependencyDown(type(error).__name__) from error
                self._consumer = consumer
            return self._consumer
