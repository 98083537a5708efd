"""Reads the log, hands each event to its handler once, and lets no single record block the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import ValidationError

from libs.chassis.aggregates import Copied
from libs.chassis.clock import Clock
from libs.chassis.correlation import correlated
from libs.chassis.crypto import Vault
from libs.chassis.delivery import Delivery, lane_of, opened
from libs.chassis.errors import AlreadyApplied, DependencyDown, NotYet, Permanent, Retryable, ServiceError
from libs.chassis.log import Partition, Publisher, Reader, Record
from libs.chassis.metrics import DEAD_LETTERS, EVENTS_APPLIED, EVENTS_PARKED
from libs.chassis.mongo import UNREACHABLE
from libs.chassis.parking import Parked, Parking
from libs.chassis.pausing import pause
from libs.chassis.subscription import Copy, Row
from libs.contracts.event import Envelope, MalformedEnvelope
from libs.contracts.topics import dead_letter_topic

log = structlog.get_logger(__name__)

_BATCH_RECORDS = 200
_LANES_AT_ONCE = 16
_TRIES = 3
_TRY_AGAIN_S = 0.05
_POLL_S = 0.5
_BACK_OFF_S = 0.5
_PARKED_PAUSE_S = 0.1
_IDLE_S = 1.0


@dataclass(frozen=True)
class Inlet:
    """Everything that a consumer needs of the outside."""

    service: str
    reader: Reader
    publisher: Publisher
    parking: Parking
    vault: Vault
    clock: Clock


class Consumer:
    """One service's consumer: batches, lanes, explicit offsets after the handlers' writes."""

    def __init__(self, inlet: Inlet, subscriptions: Sequence[Row], deps: object) -> None:
        self._in = inlet
        self._deps = deps
        self._rows = {row.event.type_name(): row for row in subscriptions}
        self._polled_at = time.monotonic()
        self._parked = asyncio.Event()
        self._waiting = 0

    def last_poll_age_s(self) -> float:
        """Seconds since the log was last asked: a living process with a dead consumer shows here."""
        return time.monotonic() - self._polled_at

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop`; an unreachable broker or database is waited for."""
        while not stop.is_set():
            try:
                await self.step(_POLL_S)
            except (DependencyDown, *UNREACHABLE) as error:
                log.warning("consumer.waiting", cause=type(error).__name__)
                await asyncio.sleep(_BACK_OFF_S)

    async def step(self, timeout_s: float) -> int:
        """Take one batch and see it through.

        Returns:
            How many records it held.

        Raises:
            DependencyDown: The batch will be read again.
        """
        records = await self._in.reader.poll(timeout_s, _BATCH_RECORDS)
        self._polled_at = time.monotonic()
        if not records:
            return 0
        try:
            await self._see_through(records)
        except (DependencyDown, *UNREACHABLE):
            await self._in.reader.rewind(_first_offsets(records))
            raise
        await self._in.reader.commit(_next_offsets(records))
        return len(records)

    async def run_parked(self, stop: asyncio.Event) -> None:
        """Try parked records again as their time comes, until `stop`."""
        while not stop.is_set():
            try:
                moved = await self.retry_parked()
            except (DependencyDown, *UNREACHABLE) as error:
                log.warning("parked.waiting", cause=type(error).__name__)
                await asyncio.sleep(_BACK_OFF_S)
                continue
            if not moved:
                await self._rest(stop)

    async def _rest(self, stop: asyncio.Event) -> None:
        """Look again soon while something waits; otherwise when something is parked, or in a while."""
        if self._waiting:
            await pause(stop, _PARKED_PAUSE_S)
        else:
            await pause(self._parked, _IDLE_S)
        self._parked.clear()

    async def retry_parked(self) -> int:
        """Try the first record of each lane whose time has come, and what stands behind it.

        Returns:
            How many records left the parking.
        """
        self._waiting = await self._in.parking.count()
        EVENTS_PARKED.set(self._waiting)
        if not self._waiting:
            return 0
        heads = await self._in.parking.heads(self._in.clock.now())
        return sum([await self._empty_lane(head) for head in heads])

    async def _empty_lane(self, head: Parked | None) -> int:
        gone = 0
        while head is not None:
            verdict = await self._attempt(head.record)
            if isinstance(verdict, Retryable):
                await self._in.parking.update(head.postponed(verdict.slug, self._in.clock.now()))
                return gone
            if isinstance(verdict, ServiceError):
                await self._bury(head.record, verdict)
            await self._in.parking.remove(head)
            gone += 1
            head = await self._in.parking.head(head.lane)
        return gone

    async def _see_through(self, records: Sequence[Record]) -> None:
        lanes: dict[str, list[Record]] = {}
        for record in records:
            if self._is_ours(record):
                lanes.setdefault(_lane(record), []).append(record)
        if not lanes:
            return
        occupied = await self._in.parking.occupied(lanes.keys())
        for lane in await self._copy_at_once(lanes, occupied):
            del lanes[lane]
        free = asyncio.Semaphore(_LANES_AT_ONCE)

        async def work(lane: str) -> None:
            async with free:
                await self._follow_lane(lane, lanes[lane], held=lane in occupied)

        outcomes = await asyncio.gather(*(work(lane) for lane in lanes), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _copy_at_once(self, lanes: Mapping[str, Sequence[Record]], occupied: set[str]) -> list[str]:
        """Write the batch's state copies in one go.

        Returns:
            The lanes that this settled; what can't be read is left to be judged one by one.
        """
        done: list[str] = []
        copies: dict[Copy, list[Copied[Any]]] = {}
        for lane, records in lanes.items():
            row = self._rows.get(_type_of(records[-1]))
            if lane not in occupied and isinstance(row, Copy):
                try:
                    delivery = await self._delivered(records[-1], row)
                except (MalformedEnvelope, ValidationError, ServiceError):
                    continue
                copies.setdefault(row, []).append(row.copied(self._deps, delivery))
                done.append(lane)
        for row, states in copies.items():
            await row.store(self._deps).copy(states)
            EVENTS_APPLIED.labels(row.event.topics[0], row.event.type_name(), "copied").inc(len(states))
        return done

    async def _delivered(self, record: Record, row: Row) -> Delivery[Any]:
        envelope = Envelope.read(record.topic, record.key, record.value, record.headers)
        event = row.event.model_validate_json(envelope.data)
        return await opened(envelope, event, self._in.vault, complete=row.complete)

    async def _follow_lane(self, lane: str, records: Sequence[Record], *, held: bool) -> None:
        for record in records:
            if held:
                await self._park(record, lane, "behind")
                continue
            verdict = await self._try_a_few_times(record)
            if isinstance(verdict, Retryable):
                held = True
                await self._park(record, lane, verdict.slug)
            elif isinstance(verdict, ServiceError):
                await self._bury(record, verdict)

    async def _try_a_few_times(self, record: Record) -> ServiceError | None:
        verdict = None
        for attempt in range(_TRIES):
            verdict = await self._attempt(record)
            if not isinstance(verdict, Retryable) or isinstance(verdict, NotYet):
                break
            await asyncio.sleep(_TRY_AGAIN_S * attempt)
        return verdict

    async def _attempt(self, record: Record) -> ServiceError | None:
        """Apply one record.

        Returns:
            None when its effect is in the datastore; otherwise what stands against it.

        Raises:
            DependencyDown: Nothing can be said until the datastore answers.
        """
        try:
            envelope = Envelope.read(record.topic, record.key, record.value, record.headers)
            with correlated(envelope.correlation_id, envelope.traceparent):
                await self._apply(envelope)
        except AlreadyApplied:
            return None
        except (DependencyDown, *UNREACHABLE):
            raise
        except (MalformedEnvelope, ValidationError) as error:
            return Permanent(type(error).__name__)
        except ServiceError as error:
            return error
        except Exception as error:
            # An unforeseen fault is parked and told, never skipped.
            log.exception("consumer.fault", topic=record.topic, place=record.place)
            return Retryable(type(error).__name__)
        return None

    async def _apply(self, envelope: Envelope) -> None:
        row = self._rows[envelope.type]
        event = row.event.model_validate_json(envelope.data)
        delivery = await opened(envelope, event, self._in.vault, complete=row.complete)
        await row.handler(self._deps, delivery)
        EVENTS_APPLIED.labels(envelope.topic, envelope.type, "applied").inc()

    async def _park(self, record: Record, lane: str, reason: str) -> None:
        log.warning("event.parked", place=record.place, reason=reason)
        await self._in.parking.put(Parked.now(record, lane, reason, self._in.clock.now()))
        self._parked.set()

    async def _bury(self, record: Record, error: ServiceError) -> None:
        log.error("event.dead", place=record.place, reason=error.slug)
        DEAD_LETTERS.labels(record.topic, error.slug).inc()
        cause = [("dead_reason", error.slug.encode()), ("dead_place", record.place.encode())]
        await self._in.publisher.publish_raw(
            dead_letter_topic(self._in.service), record.key, record.value, [*record.headers, *cause]
        )

    def _is_ours(self, record: Record) -> bool:
        """False for a type that this service doesn't follow; an unreadable record is ours to bury."""
        kind = _type_of(record)
        return not kind or kind in self._rows


def _type_of(record: Record) -> str:
    return dict(record.headers).get("ce_type", b"").decode("utf-8", "replace")


def _lane(record: Record) -> str:
    return lane_of(record.topic, (record.key or b"").decode("utf-8", "replace"))


def _first_offsets(records: Sequence[Record]) -> Mapping[Partition, int]:
    first: dict[Partition, int] = {}
    for record in records:
        first.setdefault((record.topic, record.partition), record.offset)
    return first


def _next_offsets(records: Sequence[Record]) -> Mapping[Partition, int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}
