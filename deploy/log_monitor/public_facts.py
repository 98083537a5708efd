"""Reads `certificates.public` from the first record on, without a group and without leaving a trace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition
from pydantic import ValidationError

from deploy.log_monitor.audit import PublicFact
from libs.contracts.certificates import CertificateStatusPublished

TOPIC: Final = CertificateStatusPublished.topics[0]
_ANSWER_WITHIN_S: Final = 20.0
_AT_ONCE: Final = 1000
_WAIT_S: Final = 0.5
_MS: Final = 1000


@dataclass(frozen=True)
class BrokerAccess:
    """How the monitor logs in: as a principal that may read this one topic.

    Attributes:
        security: Protocol of the listener, as librdkafka names it.
    """

    bootstrap: str
    user: str
    password: str
    security: str = "SASL_SSL"


class FactsUnreadable(Exception):
    """The broker doesn't answer, refuses, or holds a record that isn't a public fact."""


class FactReader:
    """Reads the topic's records up to wherever it ends at the moment.

    Args:
        access: The monitor's own.
        patience_s: How long the broker may take for an answer.
    """

    def __init__(self, access: BrokerAccess, patience_s: float = _ANSWER_WITHIN_S) -> None:
        self._patience_s = patience_s
        self._consumer = Consumer(
            {
                "bootstrap.servers": access.bootstrap,
                "security.protocol": access.security,
                "sasl.mechanism": "SCRAM-SHA-256",
                "sasl.username": access.user,
                "sasl.password": access.password,
                # The client wants a name even where no group is joined and no offset kept.
                "group.id": access.user,
                "enable.auto.commit": False,
                "enable.partition.eof": False,
                "log_level": 0,
            }
        )
        self._next: dict[int, int] = {}

    def read(self) -> Sequence[PublicFact]:
        """The records that came since the last call.

        Raises:
            FactsUnreadable: They can't be read.
        """
        try:
            if not self._next:
                self._begin()
            return self._read_to(self._ends())
        except KafkaException as error:
            raise FactsUnreadable(str(error.args[0])) from error

    def close(self) -> None:
        """Close the connections."""
        self._consumer.close()

    def _begin(self) -> None:
        topic = self._consumer.list_topics(TOPIC, timeout=self._patience_s).topics[TOPIC]
        if topic.error is not None:
            raise FactsUnreadable(str(topic.error))
        self._next = dict.fromkeys(topic.partitions, 0)
        self._consumer.assign([TopicPartition(TOPIC, number, OFFSET_BEGINNING) for number in self._next])

    def _ends(self) -> dict[int, int]:
        ends = {}
        for number in self._next:
            place = TopicPartition(TOPIC, number)
            begin, end = self._consumer.get_watermark_offsets(place, timeout=self._patience_s)
            self._next[number] = max(self._next[number], begin)
            ends[number] = end
        return ends

    def _read_to(self, ends: dict[int, int]) -> Sequence[PublicFact]:
        facts = []
        idle_s = 0.0
        while any(self._next[number] < end for number, end in ends.items()):
            messages = self._consumer.consume(_AT_ONCE, timeout=_WAIT_S)
            idle_s = 0.0 if messages else idle_s + _WAIT_S
            if idle_s > self._patience_s:
                raise FactsUnreadable("the topic's end isn't reached")
            for message in messages:
                facts.append(fact_of(message))
                self._next[message.partition() or 0] = (message.offset() or 0) + 1
        return facts


def fact_of(message: Message) -> PublicFact:
    """What a record says.

    Raises:
        FactsUnreadable: It isn't a public fact, or the broker told a fault in its place.
    """
    error: KafkaError | None = message.error()
    if error is not None:
        raise FactsUnreadable(str(error))
    headers: dict[str, Any] = dict(message.headers() or [])
    try:
        told = CertificateStatusPublished.model_validate(json.loads(message.value() or b"null"))
        event_id = bytes(headers["ce_id"]).decode()
    except (KeyError, ValueError, ValidationError) as fault:
        place = f"{message.topic()}:{message.partition()}:{message.offset()}"
        raise FactsUnreadable(f"{place} isn't a public fact") from fault
    _kind, moment_ms = message.timestamp()
    return PublicFact(event_id, datetime.fromtimestamp(moment_ms / _MS, UTC), told)
