"""Reads the log, hands each event to its handler once, and lets no single record block the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from libs.chassis.applying import Applying
from libs.chassis.beats import Beats
from libs.chassis.clock import Clock
from libs.chassis.crypto import Vault
from libs.chassis.delivery import lane_of
from libs.chassis.doubts import Doubts
from libs.chassis.errors import DependencyDown, Retryable, ServiceError
from libs.chassis.log import Partition, Publisher, Reader, Record
from libs.chassis.metrics import EVENTS_PARKED
from libs.chassis.mongo import UNREACHABLE
from libs.chassis.parking import Parked, Parking
from libs.chassis.pausing import pause
from libs.chassis.setting_aside import SettingAside
from libs.chassis.subscription import Beat, Row
from libs.contracts.event import Heartbeat

log = structlog.get_logger(__name__)

_BATCH_RECORDS = 200
_LANES_AT_ONCE = 16
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
    beats: Beats
    doubts: Doubts


class Consumer:
    """One service's consumer: batches, lanes, explicit offsets after the handlers' writes."""

    def __init__(self, inlet: Inlet, subscriptions: Sequence[Row], deps: object) -> None:
        self._in = inlet
        self._applying = Applying(
            [row for row in subscriptions if not isinstance(row, Beat)], deps, inlet.vault
        )
        self._beats = {row.event.type_name() for row in subscriptions if isinstance(row, Beat)}
        self._aside = SettingAside(inlet.service, inlet.parking, inlet.publisher, inlet.doubts, inlet.clock)
        self._aside.mind(subscriptions, deps)
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
            verdict = await self._applying.attempt(head.record)
            if isinstance(verdict, Retryable):
                await self._in.parking.update(head.postponed(verdict.slug, self._in.clock.now()))
                return gone
            if isinstance(verdict, ServiceError):
                await self._aside.bury(head.record, head.lane, verdict)
            else:
                await self._aside.trust_again(head.record, head.lane)
            await self._in.parking.remove(head)
            gone += 1
            head = await self._in.parking.head(head.lane)
        return gone

    async def _see_through(self, records: Sequence[Record]) -> None:
        """Apply what a batch holds, or set it aside; then, and not earlier, note its heartbeats."""
        lanes: dict[str, list[Record]] = {}
        for record in records:
            if self._applying.follows(record):
                lanes.setdefault(_lane(record), []).append(record)
        if lanes:
            await self._follow(lanes)
        watermarks = _watermarks([record for record in records if record.type in self._beats])
        if watermarks:
            await self._in.beats.reach(watermarks)

    async def _follow(self, lanes: dict[str, list[Record]]) -> None:
        occupied = await self._in.parking.occupied(lanes.keys())
        doubted = await self._aside.in_doubt(lanes.keys())
        for lane in await self._applying.copy({lane: lanes[lane] for lane in lanes if lane not in occupied}):
            newest = lanes.pop(lane)[-1]
            if lane in doubted:
                await self._aside.trust_again(newest, lane)
        free = asyncio.Semaphore(_LANES_AT_ONCE)

        async def work(lane: str) -> None:
            async with free:
                await self._follow_lane(lane, lanes[lane], held=lane in occupied)

        outcomes = await asyncio.gather(*(work(lane) for lane in lanes), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _follow_lane(self, lane: str, records: Sequence[Record], *, held: bool) -> None:
        for record in records:
            if held:
                await self._park(record, lane, "behind")
                continue
            verdict = await self._applying.try_a_few_times(record)
            if isinstance(verdict, Retryable):
                held = True
                await self._park(record, lane, verdict.slug)
            elif isinstance(verdict, ServiceError):
                await self._aside.bury(record, lane, verdict)
            else:
                await self._aside.trust_again(record, lane)

    async def _park(self, record: Record, lane: str, reason: str) -> None:
        await self._aside.park(record, lane, reason)
        self._parked.set()


def _lane(record: Record) -> str:
    return lane_of(record.topic, (record.key or b"").decode("utf-8", "replace"))


def _watermarks(records: Sequence[Record]) -> Mapping[Partition, int]:
    """The highest of each partition; a heartbeat that can't be read proves nothing."""
    highest: dict[Partition, int] = {}
    for record in records:
        try:
            beat = Heartbeat.model_validate_json(record.value or b"")
        except ValidationError:
            log.warning("heartbeat.unreadable", place=record.place)
            continue
        if beat.watermark is not None:
            partition = (record.topic, record.partition)
            highest[partition] = max(beat.watermark, highest.get(partition, 0))
    return highest


def _first_offsets(records: Sequence[Record]) -> Mapping[Partition, int]:
    first: dict[Partition, int] = {}
    for record in records:
        first.setdefault((record.topic, record.partition), record.offset)
    return first


def _next_offsets(records: Sequence[Record]) -> Mapping[Partition, int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}
