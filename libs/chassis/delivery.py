"""What goes out with a change and what comes in from others: facts and deliveries."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from libs.chassis.crypto import Vault, seal, unseal
from libs.chassis.errors import Permanent
from libs.contracts.event import Data, Envelope, Event, SealedEvent

E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)
D = TypeVar("D", bound=Data)


@dataclass(frozen=True)
class Fact:
    """An event to publish with a change.

    Attributes:
        event: What happened.
        secret: The part to seal under the person's key, exactly when the event's class names one.
    """

    event: Event
    secret: Data | None = None


@dataclass(frozen=True)
class Delivery(Generic[E_co]):
    """An event as a handler receives it.

    Attributes:
        id: The event's id, the idempotency key of its effects.
        secret: The opened sealed part, or None where the event has none.
        sequence: Its place among the events of this topic and aggregate, from 1.
        complete: True where this service follows every type on the topic, so that a gap is a fault.
        replayed: True when a rebuild publishes it again.
        source: Who published it, as CloudEvents names it.
        time: When it happened; None only where nothing was read from the log, as in tests.
    """

    event: E_co
    id: str
    topic: str
    key: str
    sequence: int
    secret: Data | None = None
    complete: bool = False
    replayed: bool = False
    source: str = ""
    time: datetime | None = None

    @property
    def lane(self) -> str:
        """Topic and aggregate: what must stay in order. Safe as a MongoDB field name."""
        return lane_of(self.topic, self.key)

    def opened(self, model: type[D]) -> D:
        """The sealed part as its model.

        Raises:
            Permanent: This event has no such part.
        """
        if not isinstance(self.secret, model):
            raise Permanent(f"no sealed {model.__name__}")
        return self.secret


def lane_of(topic: str, key: str) -> str:
    """The name of the ordered lane of one aggregate on one topic."""
    return f"{topic}/{key}".replace(".", "-")


def _place(event_id: str, event: SealedEvent) -> str:
    return f"event|{event_id}|{event.type_name()}|{event.person_id}"


async def sealed(fact: Fact, event_id: str, vault: Vault) -> Event:
    """The event of `fact` with its secret sealed for this event id.

    Raises:
        Permanent: The secret isn't the model that the event's class names.
        KeyMissing: The person's key isn't here.
    """
    expected = fact.event.secret
    if expected is None and fact.secret is None:
        return fact.event
    if not isinstance(fact.event, SealedEvent) or expected is None or not isinstance(fact.secret, expected):
        raise Permanent(f"{fact.event.type_name()} seals {expected}")
    key = await vault.key_of(fact.event.person_id)
    plain = fact.secret.model_dump_json().encode()
    text = base64.b64encode(seal(key, plain, _place(event_id, fact.event))).decode()
    return fact.event.model_copy(update={"sealed": text})


async def opened(envelope: Envelope, event: E, vault: Vault, *, complete: bool) -> Delivery[E]:
    """The delivery of `event`, its sealed part opened.

    Raises:
        KeyMissing: The person's key isn't here yet.
        Tampered: The sealed part was made for another event or altered.
    """
    secret: Data | None = None
    if isinstance(event, SealedEvent) and event.secret is not None:
        key = await vault.key_of(event.person_id)
        plain = unseal(key, base64.b64decode(event.sealed), _place(envelope.id, event))
        secret = event.secret.model_validate_json(plain)
    return Delivery(
        event=event,
        id=envelope.id,
        topic=envelope.topic,
        key=envelope.key,
        sequence=envelope.sequence,
        secret=secret,
        complete=complete,
        replayed=envelope.replayed,
        source=envelope.source,
        time=envelope.time,
    )
