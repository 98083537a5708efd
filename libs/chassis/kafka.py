"""The log on a real Kafka broker: an idempotent publisher, and a reader that drains before it lets go."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import (
    AIOKafkaConsumer,
    AIOKafkaProducer,
    ConsumerRebalanceListener,
    ConsumerRecord,
    TopicPartition,
)
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    IllegalStateError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from aiokafka.structs import RecordMetadata

from libs.chassis.errors import DependencyDown
from libs.chassis.log import Partition, Record
from libs.contracts.event import Envelope

log = structlog.get_logger(__name__)

_REQUEST_TIMEOUT_MS = 10_000
_LINGER_MS = 2
_FETCH_WAIT_MS = 100


@dataclass(frozen=True)
class KafkaAccess:
    """Where the broker is and as whom to speak to it.

    Attributes:
        security: `SASL_PLAINTEXT` on a loopback or private network, `SASL_SSL` elsewhere.
    """

    bootstrap: str
    user: str
    password: str
    security: str = "SASL_PLAINTEXT"

    def options(self) -> dict[str, object]:
        """The client options for both directions."""
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security,
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "request_timeout_ms": _REQUEST_TIMEOUT_MS,
            "retry_backoff_ms": 100,
            "metadata_max_age_ms": 30_000,
        }


class KafkaPublisher:
    """Appends with an idempotent producer, built anew whenever it fails."""

    def __init__(self, access: KafkaAccess) -> None:
        self._access = access
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def publish_all(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        """Append records of different aggregates at once.

        Returns:
            For each whether every in-sync replica has it.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        outcomes = await self._append([(envelope, None) for envelope in envelopes])
        return [outcome is not None for outcome in outcomes]

    async def publish_to(self, partitions: Mapping[int, Envelope]) -> Mapping[int, int]:
        """Append one record to each of these partitions of its topic.

        Returns:
            The offset of each record that every in-sync replica has; of a record that the broker knew
            already from a first try, the offset may be unknown, and then it is left out.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        outcomes = await self._append([(envelope, number) for number, envelope in partitions.items()])
        told = zip(partitions, outcomes, strict=True)
        return {number: there.offset for number, there in told if there is not None and there.offset >= 0}

    async def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> None:
        """Append bytes as they are.

        Raises:
            DependencyDown: The broker didn't acknowledge.
        """
        producer = await self._started()
        try:
            await producer.send_and_wait(topic, value=value, key=key, headers=list(headers))
        except KafkaError as error:
            log.warning("publisher.rebuilt", cause=type(error).__name__)
            await self._discard(producer)
            raise DependencyDown(type(error).__name__) from error

    async def close(self) -> None:
        """Flush and close."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _append(
        self, records: Sequence[tuple[Envelope, int | None]]
    ) -> Sequence[RecordMetadata | None]:
        """Where each record lies now, or None where that wasn't acknowledged."""
        producer = await self._started()
        sending, faults = await _hand_in(producer, records)
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
        faults += [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for fault in faults:
            if not isinstance(fault, KafkaError):
                raise fault
        if faults:
            log.warning("publisher.rebuilt", cause=type(faults[0]).__name__)
            await self._discard(producer)
        there = [None if isinstance(outcome, BaseException) else outcome for outcome in outcomes]
        return there + [None] * (len(records) - len(there))

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                self._producer = await self._start()
            return self._producer

    async def _start(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._access.options(), enable_idempotence=True, acks="all", linger_ms=_LINGER_MS
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            raise DependencyDown(type(error).__name__) from error
        return producer

    async def _discard(self, failed: AIOKafkaProducer) -> None:
        """A producer that failed once can stay wedged on its sequence numbers: make a new one."""
        current = self._producer is failed
        if current:
            self._producer = None
            await failed.stop()


async def _hand_in(
    producer: AIOKafkaProducer, records: Sequence[tuple[Envelope, int | None]]
) -> tuple[list[asyncio.Future[RecordMetadata]], list[BaseException]]:
    """Give the producer its records, up to the first that it refuses; None lets it choose the partition."""
    sending: list[asyncio.Future[RecordMetadata]] = []
    for envelope, partition in records:
        try:
            handed_in = await producer.send(
                envelope.topic,
                value=envelope.data,
                key=envelope.key.encode(),
                headers=envelope.headers(),
                partition=partition,
            )
        except KafkaError as error:
            return sending, [error]
        sending.append(handed_in)
    return sending, []


class KafkaReader(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Reads a group's topics; a rebalance waits until the batch in hand is done and committed."""

    def __init__(
        self, access: KafkaAccess, group: str, topics: Sequence[str], *, from_end: bool = False
    ) -> None:
        self._access = access
        self._reset = "latest" if from_end else "earliest"
        self._group = group
        self._topics = list(topics)
        self._consumer: AIOKafkaConsumer | None = None
        self._in_hand = asyncio.Event()
        self._in_hand.set()

    async def poll(self, timeout_s: float, max_records: int) -> Sequence[Record]:
        """The next records, in order within each partition.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        consumer = await self._started()
        self._in_hand.set()
        try:
            batches = await consumer.getmany(timeout_ms=int(timeout_s * 1000), max_records=max_records)
        except KafkaError as error:
            raise DependencyDown(type(error).__name__) from error
        records = [_to_record(message) for batch in batches.values() for message in batch]
        if records:
            self._in_hand.clear()
        return records

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Say that everything before these offsets is done; a lost assignment is not an error."""
        consumer = await self._started()
        offsets = {TopicPartition(*partition): offset for partition, offset in positions.items()}
        try:
            await consumer.commit(offsets)
        except (
            CommitFailedError,
            IllegalGenerationError,
            IllegalStateError,
            RebalanceInProgressError,
            UnknownMemberIdError,
        ) as error:
            log.info("reader.assignment_moved", cause=type(error).__name__)
        except KafkaError as error:
            log.warning("reader.commit_failed", cause=type(error).__name__)
        finally:
            self._in_hand.set()

    async def rewind(self, positions: Mapping[Partition, int]) -> None:
        """Read again from these offsets."""
        consumer = await self._started()
        for partition, offset in positions.items():
            try:
                consumer.seek(TopicPartition(*partition), offset)
            except IllegalStateError:
                log.info("reader.assignment_moved", cause="rewind")
        self._in_hand.set()

    async def close(self) -> None:
        """Leave the group."""
        self._in_hand.set()
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def on_partitions_revoked(self, revoked: object) -> None:  # noqa: ARG002 - aiokafka's signature
        """Wait for the batch in hand before the partitions go."""
        await self._in_hand.wait()

    async def on_partitions_assigned(self, assigned: object) -> None:
        """Nothing to load: the inbox lies in the documents."""

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                **self._access.options(),
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset=self._reset,
                fetch_max_wait_ms=_FETCH_WAIT_MS,
                session_timeout_ms=10_000,
                heartbeat_interval_ms=1_000,
            )
            consumer.subscribe(self._topics, listener=self)
            try:
                await consumer.start()
            except KafkaError as error:
                await consumer.stop()
                raise DependencyDown(type(error).__name__) from error
            self._consumer = consumer
        return self._consumer


def _to_record(message: ConsumerRecord) -> Record:
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple(message.headers),
    )
