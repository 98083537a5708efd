"""Whoever tells a service under test something over a real Kafka, and whoever hears it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import TypeVar

from libs.chassis.clock import SystemClock
from libs.chassis.crypto import MemoryKeyStore, Vault, wrap_key
from libs.chassis.delivery import Fact, sealed
from libs.chassis.ids import new_id
from libs.chassis.kafka import KafkaAccess, KafkaPublisher, KafkaReader
from libs.contracts.event import Data, Envelope, Event
from libs.contracts.identity import PersonKeyShared
from libs.contracts.registry import producer_of
from tests.support.parts import KafkaPart

PATIENCE_S = 60

E = TypeVar("E", bound=Event)


@dataclass
class Neighbours:
    """The other services, as the topic table allows each of them to speak and to listen.

    Attributes:
        service: The one under test.
        kek: Its key-encryption key, under which persons' keys are wrapped for it.
    """

    kafka: KafkaPart
    service: str
    kek: bytes
    vault: Vault = field(default_factory=lambda: Vault("neighbours", os.urandom(32), MemoryKeyStore()))
    sequences: dict[tuple[str, str], int] = field(default_factory=dict)

    def access(self, principal: str) -> KafkaAccess:
        """The broker as a service reaches it."""
        return KafkaAccess(self.kafka.bootstrap, *self.kafka.credentials(principal))

    async def tell(self, key: str, event: Event, secret: Data | None = None) -> str:
        """Publish an event as its producer; returns the event's id."""
        topic, owner, event_id = event.topics[0], producer_of(type(event)), new_id()
        sequence = self.sequences[topic, key] = self.sequences.get((topic, key), 0) + 1
        data = (await sealed(Fact(event, secret), event_id, self.vault)).model_dump_json().encode()
        publisher = KafkaPublisher(self.access(owner))
        now = SystemClock().now()
        await publisher.publish_all(
            [Envelope(event_id, event.type_name(), owner, topic, key, sequence, now, data)]
        )
        await publisher.close()
        return event_id

    async def share_key(self, person_id: str) -> None:
        """Let identity hand the person's key to the service under test."""
        wrapped = wrap_key(self.kek, self.service, person_id, await self.vault.key_of(person_id))
        await self.tell(person_id, PersonKeyShared(person_id=person_id, wrapped={self.service: wrapped}))

    async def hear(self, listener: str, kind: type[E], person_id: str) -> E:
        """The first event of that type about a person, as `listener` may read it."""
        reader = KafkaReader(self.access(listener), listener, kind.topics)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    for record in await reader.poll(0.2, 100):
                        envelope = Envelope.read(record.topic, record.key, record.value, record.headers)
                        if envelope.type == kind.type_name():
                            event = kind.model_validate_json(envelope.data)
                            if getattr(event, "person_id", None) == person_id:
                                return event
        finally:
            await reader.close()
