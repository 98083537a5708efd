"""A flow with everything that a test of delivery does to it, the same on memory and on real parts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from libs.chassis.clock import FixedClock
from libs.chassis.dead_letters import DeadLetter, read_dead_letters
from libs.chassis.delivery import Fact
from libs.chassis.ids import new_id
from libs.chassis.kafka import KafkaAccess, KafkaPublisher, KafkaReader
from libs.chassis.log import Reader
from libs.chassis.memory_log import MemoryLog, MemoryReader
from libs.contracts.event import Envelope
from tests.support.flow import TOPICS, Flow
from tests.support.ledger import Account, Mirror, Moved
from tests.support.standing import is_at_the_end

DEAD_TOPIC = "mirror.dead"
LATER = timedelta(minutes=10)
DEADLINE_S = 60


class Readers(Protocol):
    """Makes readers of the flow's log."""

    def of(self, topics: Sequence[str], *, group: str) -> Reader: ...
    async def at_the_end(self, reader: Reader) -> bool: ...
    async def close(self, reader: Reader) -> None: ...


@dataclass(frozen=True)
class MemoryReaders:
    """Readers of a log in memory."""

    log: MemoryLog

    def of(self, topics: Sequence[str], *, group: str) -> Reader:
        del group
        return self.log.reader(topics)

    async def at_the_end(self, reader: Reader) -> bool:
        assert isinstance(reader, MemoryReader)
        return reader.is_at_the_end()

    async def close(self, reader: Reader) -> None:
        del reader


@dataclass(frozen=True)
class KafkaReaders:
    """Readers of a real Kafka."""

    access: KafkaAccess

    def of(self, topics: Sequence[str], *, group: str) -> Reader:
        return KafkaReader(self.access, group, topics)

    async def at_the_end(self, reader: Reader) -> bool:
        assert isinstance(reader, KafkaReader)
        return await is_at_the_end(reader)

    async def close(self, reader: Reader) -> None:
        assert isinstance(reader, KafkaReader)
        await reader.close()


@dataclass
class Stage:
    """A flow, its clock and its accounts, which no other test's have anything to do with.

    Attributes:
        wait_s: How long one read waits for records.
    """

    flow: Flow
    clock: FixedClock
    readers: Readers
    wait_s: float

    def __post_init__(self) -> None:
        self.run = new_id()
        self.flow.reader = self.readers.of(TOPICS, group=f"mirror-{self.run}")
        self.relay = self.flow.relay()
        self.consumer = self.flow.consumer()

    def name(self, account: str) -> str:
        """The account's id in this run."""
        return f"{self.run}-{account}"

    async def open(self, account: str, *amounts: int) -> None:
        """Insert an account with the facts of its moves."""
        owner = await self.flow.owner(f"owner-{self.name(account)}")
        facts = [Fact(Moved(account_id=self.name(account), amount=amount)) for amount in amounts]
        await self.flow.accounts.insert(self.name(account), Account(owner, 0), facts)

    async def publish(self, account: str, sequence: int, amount: int) -> Envelope:
        """Append one move to the log without any account behind it."""
        event = Moved(account_id=self.name(account), amount=amount)
        envelope = Envelope(
            id=new_id(),
            type=event.type_name(),
            source="/tests",
            topic=TOPICS[0],
            key=self.name(account),
            sequence=sequence,
            time=self.clock.now(),
            data=event.model_dump_json().encode(),
        )
        await self.flow.publisher.publish_all([envelope])
        return envelope

    async def settle(self) -> None:
        """Publish what waits and consume until the log is quiet."""
        while await self.relay.step():
            pass
        async with asyncio.timeout(DEADLINE_S):
            while await self.consumer.step(self.wait_s) or not await self.readers.at_the_end(
                self.flow.reader
            ):
                pass

    async def try_parked(self) -> None:
        """Let time pass and try what was parked."""
        self.clock.advance(LATER)
        await self.consumer.retry_parked()

    async def read_all_again(self) -> None:
        """Forget how far the consumer came, as if nothing had been committed."""
        await self.readers.close(self.flow.reader)
        self.flow.reader = self.readers.of(TOPICS, group=f"again-{self.run}")
        self.consumer = self.flow.consumer()

    async def mirror(self, account: str) -> Mirror | None:
        """What the other side has of the account."""
        stored = await self.flow.mirrors.find(self.name(account))
        return None if stored is None else replace(stored.value)

    async def parked(self) -> list[str]:
        """Why this run's records wait, in the order of their parking."""
        waiting = await self.flow.parking.all()
        return [item.reason for item in waiting if self.run in item.lane]

    async def dead(self) -> list[DeadLetter]:
        """This run's dead letters."""
        reader = self.readers.of([DEAD_TOPIC], group=f"mirror-dead-{new_id()}")
        letters = await read_dead_letters(reader)
        await self.readers.close(reader)
        return [letter for letter in letters if self.run.encode() in (letter.record.key or b"")]

    async def close(self) -> None:
        """Close what a real flow holds open, and let the next one lead."""
        await self.flow.lease.release()
        await self.readers.close(self.flow.reader)
        if isinstance(self.flow.publisher, KafkaPublisher):
            await self.flow.publisher.close()
