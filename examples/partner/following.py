"""Follows `certificates.public` on Kafka: stores first, commits after, begins at any date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from .errors import EventUnreadable, FollowFailed
from .events import Fact, event_of_record, find_fact
from .folder import Folder
from .store import EventStore, Taken

TOPIC: Final = "certificates.public"
WAY: Final = "kafka"
AT_ONCE: Final = 500
WAIT_S: Final = 0.5
ANSWER_WITHIN_S: Final = 20.0
#: These don't pass by waiting; everything else the client tries again by itself.
HOPELESS: Final = frozenset(
    {
        KafkaError._AUTHENTICATION,  # noqa: SLF001  # that is how librdkafka's own codes are named
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
    }
)
END: Final = KafkaError._PARTITION_EOF  # noqa: SLF001

Place = tuple[int, int]
"""A partition and an offset."""


@dataclass
class Follower:
    """Reads the topic in a consumer group of our own.

    Args:
        folder: Who we are.
        store: Where facts go.
        since: Begin at the first record of that moment or later, wherever the group was; None to go on where
            the group is, at the topic's beginning the first time.
        group: Its name behind `partner-<client id>.`, which all of our groups begin with.
        progress: Receives what each batch came to.
    """

    folder: Folder
    store: EventStore
    since: datetime | None = None
    group: str = "kit"
    progress: Callable[[Taken], None] = lambda _taken: None
    _ended: set[int] = field(default_factory=set)
    _assigned: set[int] = field(default_factory=set)
    _fault: KafkaError | None = None

    def run(self, is_over: Callable[[], bool]) -> None:
        """Follow until it is over.

        Args:
            is_over: Asked after each batch.

        Raises:
            FollowFailed: The broker refuses us, or holds a record that can't be read: it isn't passed by.
        """
        consumer = Consumer(self._settings())
        try:
            consumer.subscribe([TOPIC], on_assign=self._begin, on_revoke=self._lose)
            while not is_over():
                self._take(consumer, consumer.consume(AT_ONCE, timeout=WAIT_S))
        except KafkaException as error:
            raise FollowFailed(str(error.args[0])) from error
        finally:
            consumer.close()

    @property
    def is_at_the_end(self) -> bool:
        """Whether all that there was has been read."""
        return bool(self._assigned) and self._ended >= self._assigned

    def _settings(self) -> dict[str, str | int | float | bool]:
        us = self.folder.settings()
        user = f"partner-{us.client_id}"
        password = self.folder.read(self.folder.kafka_password.name, "the ministry gives a password").strip()
        return {
            "bootstrap.servers": us.kafka_bootstrap,
            "security.protocol": us.kafka_security,
            "sasl.mechanism": "SCRAM-SHA-256",
            "sasl.username": user,
            "sasl.password": password,
            **({"ssl.ca.location": us.kafka_ca} if us.kafka_ca else {}),
            "group.id": f"{user}.{self.group}",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "log_level": 0,
            "error_cb": self._note,  # type: ignore[dict-item]  # the client takes functions, too
        }

    def _note(self, error: KafkaError) -> None:
        if error.code() in HOPELESS:
            self._fault = error

    def _begin(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Begin where it was asked; after a rebalance, where the group is by then."""
        self._assigned = {partition.partition for partition in partitions}
        self._ended.clear()
        if self.since is not None:
            consumer.assign(_places_at(consumer, partitions, self.since))
            self.since = None

    def _lose(self, _consumer: Consumer, _partitions: list[TopicPartition]) -> None:
        self._assigned.clear()

    def _take(self, consumer: Consumer, messages: Sequence[Message]) -> None:
        facts, next_places = [], {}
        for message in messages:
            partition, offset = self._place_of(message)
            if message.error() is not None:
                self._ended.add(partition)
                continue
            self._ended.discard(partition)
            fact = _fact_in(message)
            if fact is not None:
                facts.append(fact)
            next_places[partition] = offset + 1
        if self._fault is not None:
            raise FollowFailed(self._fault.str())
        if next_places:
            self.progress(self.store.take(facts, WAY))
            places = [TopicPartition(TOPIC, partition, offset) for partition, offset in next_places.items()]
            # Only now: what was read and not stored is read again after a crash.
            consumer.commit(offsets=places, asynchronous=False)

    @staticmethod
    def _place_of(message: Message) -> Place:
        error, partition, offset = message.error(), message.partition(), message.offset()
        if error is not None and error.code() != END:
            raise FollowFailed(error.str())
        return (-1 if partition is None else partition), (-1 if offset is None else offset)


def _places_at(
    consumer: Consumer, partitions: Sequence[TopicPartition], moment: datetime
) -> list[TopicPartition]:
    """Where the records of a moment or later begin; the present end where there's none yet."""
    ends = {
        each.partition: consumer.get_watermark_offsets(each, timeout=ANSWER_WITHIN_S)[1]
        for each in partitions
    }
    moment_ms = int(moment.timestamp() * 1000)
    asked = [TopicPartition(TOPIC, each.partition, moment_ms) for each in partitions]
    found = consumer.offsets_for_times(asked, timeout=ANSWER_WITHIN_S)
    # The end as it was before the question: what came in between isn't passed by.
    return [
        TopicPartition(TOPIC, each.partition, each.offset if each.offset >= 0 else ends[each.partition])
        for each in found
    ]


def _fact_in(message: Message) -> Fact | None:
    try:
        return find_fact(event_of_record(dict(message.headers() or []), message.value()))
    except EventUnreadable as error:
        place = f"{message.topic()}:{message.partition()}:{message.offset()}"
        raise FollowFailed(f"{place}: {error}") from error
