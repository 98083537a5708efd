"""What every event is: a frozen, past-tense fact, and the one form in which it crosses Kafka."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Data(BaseModel):
    """Base of all that travels in an event: frozen, and blind to fields that a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Data):
    """A fact about one aggregate.

    Attributes:
        topics: The topics that it is published to, in this order, from one outbox entry.
        secret: The model of its sealed part, or None where everything may be read in clear.
    """

    topics: ClassVar[tuple[str, ...]] = ()
    secret: ClassVar[type[Data] | None] = None

    @classmethod
    def type_name(cls) -> str:
        """The name under which it is catalogued: the class's own."""
        return cls.__name__


class SealedEvent(Event):
    """An event with a part that only holders of the person's key can read.

    Attributes:
        person_id: Whose key seals it.
        sealed: Base64 of nonce and AES-256-GCM ciphertext of `secret`;
            additional data: event id, type, person id.
    """

    person_id: str
    sealed: str = ""


class Heartbeat(Event):
    """The publisher is alive, and so much of what it committed is in the log ahead of this record.

    Whoever has applied everything ahead of a heartbeat knows all that its publisher had committed when
    the record at `watermark` was appended. That needs no clock: the times are for people to read (ADR 19).

    Attributes:
        published_until: Everything committed before this moment, by the publisher's clock, is in the log;
            None while it can't tell since its start.
        watermark: Offset of an earlier record of the same partition: everything committed before that one
            was appended stands ahead of this one. None while the publisher knows none.
    """

    issued_at: datetime
    published_until: datetime | None
    watermark: int | None


@dataclass(frozen=True)
class Envelope:
    """One record as it lies in Kafka: CloudEvents 1.0, binary content mode.

    Attributes:
        sequence: Counts per topic and aggregate, from 1, without gaps.
        key: The aggregate's id, the Kafka key and the CloudEvents subject.
        data: The event as UTF-8 JSON.
        replayed: True when a rebuild publishes it again; whoever acts on people ignores those.

    Source: CloudEvents 1.0.2, Kafka protocol binding 3.2; `sequence` is the extension of that name.
    """

    id: str
    type: str
    source: str
    topic: str
    key: str
    sequence: int
    time: datetime
    data: bytes
    correlation_id: str = ""
    traceparent: str = ""
    replayed: bool = False

    def headers(self) -> list[tuple[str, bytes]]:
        """The Kafka headers of this record."""
        pairs = [
            ("ce_specversion", "1.0"),
            ("ce_id", self.id),
            ("ce_type", self.type),
            ("ce_source", self.source),
            ("ce_subject", self.key),
            ("ce_time", self.time.isoformat()),
            ("ce_sequence", str(self.sequence)),
            ("ce_correlationid", self.correlation_id),
            ("traceparent", self.traceparent),
            ("ce_replayed", "true" if self.replayed else ""),
            ("content-type", "application/json"),
        ]
        return [(name, value.encode()) for name, value in pairs if value]

    @classmethod
    def read(cls, topic: str, key: bytes | None, value: bytes | None, headers: object) -> Envelope:
        """Read a record.

        Raises:
            MalformedEnvelope: A required CloudEvents attribute is missing or unreadable.
        """
        found = _decode_headers(headers)
        try:
            return cls(
                id=found["ce_id"],
                type=found["ce_type"],
                source=found["ce_source"],
                topic=topic,
                key=found.get("ce_subject") or (key or b"").decode(),
                sequence=int(found["ce_sequence"]),
                time=datetime.fromisoformat(found["ce_time"]),
                data=value or b"",
                correlation_id=found.get("ce_correlationid", ""),
                traceparent=found.get("traceparent", ""),
                replayed=found.get("ce_replayed") == "true",
            )
        except (KeyError, ValueError) as error:
            raise MalformedEnvelope(str(error)) from error


class MalformedEnvelope(ValueError):
    """A record that isn't a CloudEvent of ours."""


def _decode_headers(headers: object) -> dict[str, str]:
    if not isinstance(headers, (list, tuple)):
        return {}
    return {str(name): bytes(value).decode("utf-8", "replace") for name, value in headers}
