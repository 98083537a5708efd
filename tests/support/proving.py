"""A flow whose ledger tells states and beats, and what may be asked of its other side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from libs.chassis.aggregates import Copied
from libs.chassis.beats import MemoryBeats, MongoBeats
from libs.chassis.delivery import Delivery, Fact
from libs.chassis.doubts import MemoryDoubts, MongoDoubts
from libs.chassis.ids import new_id
from libs.chassis.log import LogEnds, Partition, Record
from libs.chassis.subscription import Beat, Copy
from libs.contracts.event import Envelope, Heartbeat
from tests.support.ledger import LEDGER_TOPIC, Account, Mirror, MirrorDeps, Moved, Note, Noted
from tests.support.stage import Stage

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class LedgerBeat(Heartbeat):
    """The ledger publishes."""

    topics: ClassVar[tuple[str, ...]] = (LEDGER_TOPIC.name,)


async def _doubted(_deps: MirrorDeps, record: Record) -> Mapping[str, Sequence[str]]:
    return {"accounts": [(record.key or b"").decode()]}


def _moved(_deps: MirrorDeps, delivery: Delivery[Moved]) -> Copied[Mirror]:
    return Copied(delivery.key, Mirror(total=delivery.event.amount), delivery)


def _noted(_deps: MirrorDeps, delivery: Delivery[Noted]) -> Copied[Mirror]:
    return Copied(delivery.key, Mirror(last_note=delivery.opened(Note).text), delivery)


STATES = (
    Copy(Moved, lambda deps: deps.mirrors, _moved),
    Copy(Noted, lambda deps: deps.mirrors, _noted, doubted=_doubted),
    Beat(LedgerBeat),
)


class Proving(Stage):
    """A stage whose ledger tells states, and its heartbeats."""

    ends: LogEnds

    def begin(self, ends: LogEnds) -> None:
        self.ends = ends
        self.consumer = self.flow.consumer(STATES)

    async def beat(self, partition: int, watermark: int | None, value: bytes | None = None) -> int:
        """Append a heartbeat; its offset."""
        event = LedgerBeat(issued_at=NOON, published_until=None, watermark=watermark)
        envelope = Envelope(
            id=new_id(),
            type=event.type_name(),
            source="/tests",
            topic=LEDGER_TOPIC.name,
            key=f"beat-{partition:02}",
            sequence=1,
            time=NOON,
            data=event.model_dump_json().encode() if value is None else value,
        )
        return (await self.flow.publisher.publish_to({partition: envelope}))[partition]

    async def reached(self) -> Mapping[Partition, int]:
        beats = self.flow.beats
        if isinstance(beats, MemoryBeats):
            return beats.reached
        assert isinstance(beats, MongoBeats)
        documents = await beats._collection.find({}).to_list(length=None)
        return {(each["topic"], each["partition"]): each["watermark"] for each in documents}

    async def doubts(self) -> list[Mapping[str, Any]]:
        """What is doubtful of this run's accounts."""
        doubts = self.flow.doubts
        if isinstance(doubts, MemoryDoubts):
            return [doubt.about for doubt in doubts.standing.values()]
        assert isinstance(doubts, MongoDoubts)
        documents = await doubts._collection.find({"lane": {"$regex": self.run}}).to_list(length=None)
        return [{"accounts": document["accounts"]} for document in documents]

    async def note(self, account: str, *texts: str) -> str:
        """Insert an account with notes that only the writer can open; its owner."""
        owner = await self.flow.new_owner(self.name(f"owner-of-{account}"))
        facts = [Fact(Noted(person_id=owner), Note(text=text)) for text in texts]
        await self.flow.accounts.insert(self.name(account), Account(owner, 0), facts)
        return owner

    async def garble(self, account: str) -> None:
        """Append what says that it is a note and can't be read."""
        publish = self.flow.publisher.publish_raw
        await publish(LEDGER_TOPIC.name, self.name(account).encode(), b"{", [("ce_type", b"Noted")])
