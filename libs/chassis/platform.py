"""Opens what every service stands on and puts its parts together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import structlog
from fastapi import APIRouter, FastAPI

from libs.chassis.aggregates import Aggregates, Index
from libs.chassis.beats import COLLECTION as BEATS
from libs.chassis.beats import MongoBeats
from libs.chassis.clock import Clock, SystemClock
from libs.chassis.codec import Codec
from libs.chassis.consumer import Consumer, Inlet
from libs.chassis.crypto import MongoKeyStore, Vault
from libs.chassis.doubts import COLLECTION as DOUBTS
from libs.chassis.doubts import MongoDoubts
from libs.chassis.errors import DependencyDown
from libs.chassis.heartbeats import Heart, Heartbeats
from libs.chassis.kafka import KafkaAccess, KafkaPublisher, KafkaReader
from libs.chassis.kafka_ends import KafkaLogEnds
from libs.chassis.lease import MongoLease
from libs.chassis.mongo import UNREACHABLE, Database, PyMongoError, connect, disconnect, watch
from libs.chassis.mongo_aggregates import MongoAggregates
from libs.chassis.outbox import Outboxes
from libs.chassis.parking import MongoParking
from libs.chassis.relay import Relay
from libs.chassis.runtime import Loop, Service
from libs.chassis.settings import ServiceSettings
from libs.chassis.subscription import Row, topics_of
from libs.chassis.trust import Trust
from libs.chassis.web.app import create_app
from libs.chassis.web.front import Desk, Front
from libs.chassis.web.health import Health
from libs.chassis.web.kept_store import MongoKeptAnswers
from libs.chassis.web.parts import WebParts
from libs.chassis.web.problem import PageRenderer, Translate
from libs.chassis.web.sessions import Sessions, TokenReader
from libs.contracts.topics import BY_NAME

log = structlog.get_logger(__name__)

A = TypeVar("A")

_WATCH_AGAIN_S = 1.0
_FIRST_PENDING: Sequence[Mapping[str, Any]] = [
    {
        "$match": {
            "$or": [
                {"updateDescription.updatedFields.pending_since": {"$exists": True}},
                {"operationType": "insert", "fullDocument.pending_since": {"$exists": True}},
            ]
        }
    },
    {"$project": {"_id": 1}},
]


class Ground(Protocol):
    """What a service's store opens its collections on: the real platform, or its in-memory twin."""

    async def aggregates(self, codec: Codec[A], indexes: Sequence[Index] = ()) -> Aggregates[A]:
        """One collection of aggregates, its indexes there."""
        ...


@dataclass(frozen=True)
class Parts:
    """What a service brings along.

    Attributes:
        deps: Handed to every handler, and to routes as `app.state.deps`.
        sessions: Who is calling; None for the usual check with what identity has published.
        state: More for `app.state`, such as `pages`.
        loops: The service's own workers, beside consumer and relay.
        closing: Called when all has stopped, before the connections close.
        heart: Where its relay beats, if it does.
        front: Answers simple questions before the application sees them.
    """

    deps: object
    routers: Sequence[APIRouter]
    translate: Translate
    on_error: PageRenderer
    subscriptions: Sequence[Row] = ()
    sessions: Sessions | None = None
    state: Mapping[str, object] = field(default_factory=dict)
    loops: Sequence[Loop] = ()
    closing: Sequence[Callable[[], Any]] = ()
    heart: Heart | None = None
    front: Front | None = None


class Platform:
    """One process's connections and the parts that are made of them."""

    def __init__(self, name: str, settings: ServiceSettings, database: Database, clock: Clock) -> None:
        self.name = name
        self.settings = settings
        self.database = database
        self.clock = clock
        self.bell = asyncio.Event()
        kek = settings.kek.get_secret_value()
        self.vault = Vault(name, kek, MongoKeyStore(database["owner_keys"]))
        self.trust = Trust(name, database, self.vault)
        self.parking = MongoParking(database["parked"])
        self.doubts = MongoDoubts(database[DOUBTS])
        self.publisher = KafkaPublisher(kafka_access(settings))
        self._outboxes: list[Outboxes] = []

    @classmethod
    async def open(cls, name: str, settings: ServiceSettings, clock: Clock | None = None) -> Platform:
        """Connect to the service's own database and prepare the chassis' collections."""
        url = settings.mongo_url.get_secret_value()
        database = connect(url, settings.mongo_database, settings.mongo_driver)
        platform = cls(name, settings, database, clock or SystemClock())
        await platform.trust.prepare()
        await platform.parking.prepare()
        await platform.doubts.prepare()
        return platform

    async def aggregates(self, codec: Codec[A], indexes: Sequence[Index] = ()) -> Aggregates[A]:
        """One collection of aggregates, its indexes there and its outbox known to the relay."""
        opened = MongoAggregates(self.database, codec, self.vault, self.clock, self.bell)
        await opened.prepare(indexes)
        self._outboxes.append(opened)
        return opened

    async def service(self, parts: Parts) -> Service:
        """Put the parts together."""
        settings = self.settings
        relay = self.relay(parts.heart)
        consumer, reader = self._consumer(parts)
        kept = MongoKeptAnswers(self.database["kept_answers"], settings.kek.get_secret_value(), self.clock)
        await kept.prepare()
        web = WebParts(
            sessions=parts.sessions or Sessions(TokenReader(self.trust, self.trust, self.clock), self.trust),
            health=self._health(consumer),
            clock=self.clock,
            translate=parts.translate,
            on_error=parts.on_error,
            gate=lambda: not relay.overloaded(),
            kept=kept,
            failures=dict.fromkeys(UNREACHABLE, DependencyDown),
        )
        app = create_app(self.name, settings, parts.routers, web)
        _hand_over(app, parts)
        loops: list[Loop] = [relay.run, self._ring_for_other_processes, *parts.loops]
        closing: list[Callable[[], Any]] = [*parts.closing, self.publisher.close]
        if consumer is not None and reader is not None:
            loops += [consumer.run, consumer.run_parked]
            closing.append(reader.close)
        closing.append(self.close)
        host, port = settings.http_host, settings.http_port
        desk = Desk(parts.front, https=settings.secure_transport) if parts.front else None
        return Service(self.name, app, host, port, settings.gateways, loops, closing, desk)

    def relay(self, heart: Heart | None = None) -> Relay:
        """The relay over every outbox that was opened, with the service's heartbeats where it has a heart."""
        lease = MongoLease(self.database["leases"], "relay")
        beating = Heartbeats(self.name, heart, self.publisher, self.clock) if heart else None
        shed_after_s = self.settings.shed_after_s
        parts = (self._outboxes, self.publisher, lease, self.bell, self.clock, shed_after_s)
        return Relay(self.name, *parts, beating)

    def log_ends(self) -> KafkaLogEnds:
        """Tells how far topics go; to be closed by whoever asks for it."""
        return KafkaLogEnds(kafka_access(self.settings), BY_NAME)

    async def close(self) -> None:
        """Close the database's connections."""
        await disconnect(self.database)

    def _consumer(self, parts: Parts) -> tuple[Consumer, KafkaReader] | tuple[None, None]:
        if not parts.subscriptions:
            return None, None
        reader = KafkaReader(kafka_access(self.settings), self.name, topics_of(parts.subscriptions))
        inlet = Inlet(
            self.name,
            reader,
            self.publisher,
            self.parking,
            self.vault,
            self.clock,
            MongoBeats(self.database[BEATS]),
            self.doubts,
        )
        return Consumer(inlet, parts.subscriptions, parts.deps), reader

    def _health(self, consumer: Consumer | None) -> Health:
        async def mongo() -> str:
            await self.database.command("ping")
            return "answers"

        last_poll_age_s = consumer.last_poll_age_s if consumer else None
        return Health({"mongo": mongo}, failures=(PyMongoError,), last_poll_age_s=last_poll_age_s)

    async def _ring_for_other_processes(self, stop: asyncio.Event) -> None:
        """Ring the relay's bell for writes of this service's other processes; it may miss some."""
        while not stop.is_set():
            try:
                async with watch(self.database, _FIRST_PENDING) as changes:
                    while not stop.is_set():
                        if await changes.try_next() is not None:
                            self.bell.set()
            except PyMongoError as error:
                log.info("doorbell.again", cause=type(error).__name__)
                await asyncio.sleep(_WATCH_AGAIN_S)


def kafka_access(settings: ServiceSettings) -> KafkaAccess:
    """The broker as these settings name it."""
    return KafkaAccess(
        bootstrap=settings.kafka_bootstrap,
        user=settings.kafka_user,
        password=settings.kafka_password.get_secret_value(),
        security=settings.kafka_security,
    )


def _hand_over(app: FastAPI, parts: Parts) -> None:
    app.state.deps = parts.deps
    for name, value in parts.state.items():
        setattr(app.state, name, value)
