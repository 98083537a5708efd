"""Publishes what waits in the outboxes, per aggregate in order, and takes out exactly what was published."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from libs.chassis.clock import Clock
from libs.chassis.errors import DependencyDown
from libs.chassis.heartbeats import Heartbeats
from libs.chassis.lease import Lease
from libs.chassis.log import Publisher
from libs.chassis.metrics import EVENTS_PUBLISHED, OUTBOX_AGE_S
from libs.chassis.mongo import UNREACHABLE
from libs.chassis.outbox import Outboxes, Pending, envelopes_of
from libs.chassis.pausing import pause
from libs.contracts.event import Envelope

log = structlog.get_logger(__name__)

_BATCH_AGGREGATES = 200
_IDLE_S = 1.0
_BACK_OFF_S = 0.5


class Relay:
    """The one publisher of a service's events; of several processes, only the lease's holder works."""

    def __init__(
        self,
        service: str,
        outboxes: Sequence[Outboxes],
        publisher: Publisher,
        lease: Lease,
        bell: asyncio.Event,
        clock: Clock,
        shed_after_s: float,
        heartbeats: Heartbeats | None = None,
    ) -> None:
        self._service = service
        self._outboxes = outboxes
        self._publisher = publisher
        self._lease = lease
        self._bell = bell
        self._clock = clock
        self._shed_after = timedelta(seconds=shed_after_s)
        self._heartbeats = heartbeats
        self._oldest: datetime | None = None

    def overloaded(self) -> bool:
        """True while the oldest unpublished event is too old: new work is better refused than hidden."""
        return self._oldest is not None and self._clock.now() - self._oldest > self._shed_after

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop`; an unreachable broker or database is waited for."""
        while not stop.is_set():
            try:
                moved = await self.step()
            except (DependencyDown, *UNREACHABLE) as error:
                log.warning("relay.waiting", cause=type(error).__name__)
                await asyncio.sleep(_BACK_OFF_S)
                continue
            if not moved:
                # A bell rings for each write; the timer catches what no bell told.
                await pause(self._bell, self._idle_s())
        await self._lease.release()

    async def step(self) -> int:
        """Publish one batch from each outbox, and a heartbeat when it is time.

        Returns:
            How many events were published and taken out.
        """
        self._bell.clear()
        began = self._heartbeats.moment() if self._heartbeats else None
        batches = [await outbox.pending(_BATCH_AGGREGATES) for outbox in self._outboxes]
        self._measure(batches)
        if not await self._lease.held():
            return 0
        waiting = [(outbox, batch) for outbox, batch in zip(self._outboxes, batches, strict=True) if batch]
        moved = sum([await self._drain(outbox, batch) for outbox, batch in waiting])
        if self._heartbeats and began:
            if all(len(batch) < _BATCH_AGGREGATES for batch in batches):
                self._heartbeats.settle(began)
            await self._heartbeats.beat_when_due()
        return moved

    def _idle_s(self) -> float:
        return min(_IDLE_S, self._heartbeats.due_in_s()) if self._heartbeats else _IDLE_S

    def _measure(self, batches: Sequence[Sequence[Pending]]) -> None:
        """Note since when the event that waits longest waits: each batch begins with its oldest."""
        self._oldest = min((batch[0].entries[0]["time"] for batch in batches if batch), default=None)
        age = (self._clock.now() - self._oldest).total_seconds() if self._oldest else 0.0
        OUTBOX_AGE_S.set(max(age, 0.0))

    async def _drain(self, outbox: Outboxes, batch: Sequence[Pending]) -> int:
        """Publish in rounds: each sends one record of every aggregate whose records before it are there.

        Raises:
            DependencyDown: The broker took only a part; what it took is taken out.
        """
        lanes = [_Lane(self._service, pending) for pending in batch]
        while waiting := [lane for lane in lanes if lane.waits]:
            acknowledged = await self._publisher.publish_all([lane.next for lane in waiting])
            for lane, is_there in zip(waiting, acknowledged, strict=True):
                lane.advance() if is_there else lane.stop()
        await outbox.pull({lane.aggregate_id: lane.done for lane in lanes if lane.done})
        moved = sum(len(lane.done) for lane in lanes)
        if moved < sum(len(pending.entries) for pending in batch):
            raise DependencyDown("the broker took only a part of a batch")
        return moved


class _Lane:
    """One aggregate's records on their way: in order, up to the first that isn't acknowledged.

    Attributes:
        done: The ids of the events that are on all their topics.
    """

    def __init__(self, service: str, pending: Pending) -> None:
        self.aggregate_id = pending.aggregate_id
        self.done: list[str] = []
        self._left = deque(
            envelope
            for entry in pending.entries
            for envelope in envelopes_of(service, pending.aggregate_id, entry)
        )

    @property
    def waits(self) -> bool:
        return bool(self._left)

    @property
    def next(self) -> Envelope:
        return self._left[0]

    def advance(self) -> None:
        sent = self._left.popleft()
        EVENTS_PUBLISHED.labels(sent.topic).inc()
        if not self._left or self._left[0].id != sent.id:
            self.done.append(sent.id)

    def stop(self) -> None:
        self._left.clear()
