"""One writer, one relay, one consumer: the smallest flow of events, on memory or on real parts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from libs.chassis.aggregates import Aggregates
from libs.chassis.beats import Beats, MemoryBeats, MongoBeats
from libs.chassis.clock import Clock, SystemClock
from libs.chassis.consumer import Consumer, Inlet
from libs.chassis.crypto import KeyStore, MemoryKeyStore, MongoKeyStore, Vault
from libs.chassis.doubts import Doubts, MemoryDoubts, MongoDoubts
from libs.chassis.kafka import KafkaAccess, KafkaPublisher, KafkaReader
from libs.chassis.lease import Lease, MongoLease, SoleLease
from libs.chassis.log import Publisher, Reader
from libs.chassis.memory import MemoryAggregates
from libs.chassis.memory_log import MemoryLog
from libs.chassis.mongo import Database, Driver, connect
from libs.chassis.mongo_aggregates import MongoAggregates
from libs.chassis.outbox import Outboxes
from libs.chassis.parking import MemoryParking, MongoParking, Parking
from libs.chassis.relay import Relay
from libs.chassis.subscription import On, Row
from tests.support.ledger import (
    ACCOUNT_INDEXES,
    ACCOUNTS,
    LEDGER_TOPIC,
    MIRRORS,
    Account,
    Mirror,
    MirrorDeps,
    Moved,
    Noted,
    on_moved,
    on_noted,
)

SUBSCRIPTIONS = (On(Moved, on_moved, complete=True), On(Noted, on_noted, complete=True))
TOPICS = (LEDGER_TOPIC.name,)


@dataclass
class Flow:
    """The parts of one flow; a test may put its own in the place of any."""

    accounts: Aggregates[Account]
    mirrors: Aggregates[Mirror]
    outbox: Outboxes
    publisher: Publisher
    reader: Reader
    parking: Parking
    writer_keys: KeyStore
    writer_vault: Vault
    vault: Vault
    lease: Lease
    beats: Beats
    doubts: Doubts
    clock: Clock = field(default_factory=SystemClock)
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def relay(self) -> Relay:
        return Relay("ledger", [self.outbox], self.publisher, self.lease, self.bell, self.clock, 60)

    def consumer(self, subscriptions: Sequence[Row] = SUBSCRIPTIONS) -> Consumer:
        inlet = Inlet(
            "mirror",
            self.reader,
            self.publisher,
            self.parking,
            self.vault,
            self.clock,
            self.beats,
            self.doubts,
        )
        return Consumer(inlet, subscriptions, MirrorDeps(self.mirrors))

    async def owner(self, name: str) -> str:
        """An owner whose key both sides have."""
        await self.new_owner(name)
        await self.hand_over_key(name)
        return name

    async def new_owner(self, name: str) -> str:
        """An owner whose key only the writer has."""
        await self.writer_vault.create(name)
        return name

    async def hand_over_key(self, name: str) -> None:
        """Let the consumer have an owner's key."""
        wrapped = await self.writer_keys.find(name)
        assert wrapped is not None
        await self.vault.keep(name, wrapped)


async def memory_flow(clock: Clock) -> tuple[Flow, MemoryLog]:
    """A flow without any server, and its log."""
    log = MemoryLog()
    kek, keys = os.urandom(32), MemoryKeyStore()
    writer_vault = Vault("ledger", kek, keys)
    vault = Vault("ledger", kek, MemoryKeyStore())
    accounts = MemoryAggregates(ACCOUNTS, writer_vault, clock)
    await accounts.prepare(ACCOUNT_INDEXES)
    mirrors = MemoryAggregates(MIRRORS, vault, clock)
    parking = MemoryParking()
    flow = Flow(
        accounts,
        mirrors,
        accounts,
        log,
        log.reader(TOPICS),
        parking,
        keys,
        writer_vault,
        vault,
        SoleLease(),
        MemoryBeats(),
        MemoryDoubts(),
        clock,
    )
    return flow, log


@dataclass(frozen=True)
class RealPlaces:
    """Where a real flow's parts are: plain texts, so that a child process can be told."""

    mongo_url: str
    database: str
    bootstrap: str
    user: str
    password: str
    group: str
    driver: Driver = "pymongo"


def real_database(places: RealPlaces) -> Database:
    """The flow's database."""
    return connect(places.mongo_url, places.database, places.driver)


async def real_flow(places: RealPlaces, clock: Clock | None = None) -> Flow:
    """A flow over a real MongoDB and a real Kafka."""
    database = real_database(places)
    clock = clock or SystemClock()
    bell = asyncio.Event()
    keys = MongoKeyStore(database["owner_keys"])
    writer_vault = Vault("ledger", bytes(32), keys)
    vault = Vault("ledger", bytes(32), MongoKeyStore(database["handed_keys"]))
    accounts = MongoAggregates(database, ACCOUNTS, writer_vault, clock, bell)
    await accounts.prepare(ACCOUNT_INDEXES)
    mirrors = MongoAggregates(database, MIRRORS, vault, clock, bell)
    await mirrors.prepare()
    parking = MongoParking(database["parked"])
    await parking.prepare()
    doubts = MongoDoubts(database["doubts"])
    await doubts.prepare()
    access = KafkaAccess(places.bootstrap, places.user, places.password)
    return Flow(
        accounts,
        mirrors,
        accounts,
        KafkaPublisher(access),
        KafkaReader(access, places.group, TOPICS),
        parking,
        keys,
        writer_vault,
        vault,
        MongoLease(database["leases"], "relay", ttl_s=1.0),
        MongoBeats(database["beats"]),
        doubts,
        clock,
        bell,
    )
