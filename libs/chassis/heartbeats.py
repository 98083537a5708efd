"""Tells in each partition of a topic how much of what a service committed lies ahead in the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from libs.chassis.clock import Clock
from libs.chassis.ids import new_id
from libs.chassis.log import Publisher
from libs.contracts.event import Envelope, Heartbeat
from libs.contracts.topics import Topic

MakeHeartbeat = Callable[[datetime, datetime | None, int | None], Heartbeat]
"""Makes a service's heartbeat of `issued_at`, `published_until` and `watermark`."""

_ROUNDS_KEPT = 8


@dataclass(frozen=True)
class Heart:
    """Where and how often a service beats."""

    topic: Topic
    make: MakeHeartbeat
    every_s: float


@dataclass(frozen=True)
class Moment:
    """One moment on both clocks.

    Attributes:
        monotonic_s: What is reckoned with.
        at: What is told to people.
    """

    monotonic_s: float
    at: datetime


@dataclass(frozen=True)
class Claims:
    """What one process' heartbeats may claim.

    Attributes:
        rounds: When this process knew its latest rounds to be in the log, with their offsets by partition.
        watermarks: The latest offset of each partition that was known before everything was last settled.
    """

    rounds: tuple[tuple[float, Mapping[int, int]], ...] = ()
    watermarks: Mapping[int, int] = field(default_factory=dict)

    def acknowledged(self, at_s: float, offsets: Mapping[int, int]) -> Claims:
        """With one more round in the log."""
        return replace(self, rounds=(*self.rounds, (at_s, offsets))[-_ROUNDS_KEPT:])

    def settled(self, at_s: float) -> Claims:
        """With everything that was committed before a moment in the log."""
        before = [offsets for known_s, offsets in self.rounds if known_s <= at_s]
        watermarks = dict(self.watermarks)
        for offsets in before:
            watermarks |= offsets
        return Claims(self.rounds[len(before) :], watermarks)


class Heartbeats:
    """One relay's heartbeats: what each claims was acknowledged before it was made.

    A heartbeat may lie in a socket or a frozen process for any time before it is appended, so it can't
    speak of the moment at which it was made. It speaks of the moment at which an earlier one of this process
    was appended, which was over when the outboxes were read (ADR 19).
    """

    def __init__(self, service: str, heart: Heart, publisher: Publisher, clock: Clock) -> None:
        self._service = service
        self._heart = heart
        self._publisher = publisher
        self._clock = clock
        self._claims = Claims()
        self._published_until: datetime | None = None
        self._sequence = 0
        self._next_at = 0.0

    def moment(self) -> Moment:
        """The present one; to be taken before the outboxes are read."""
        return Moment(time.monotonic(), self._clock.now())

    def settle(self, moment: Moment) -> None:
        """Note that everything committed before `moment` is in the log."""
        self._published_until = moment.at
        self._claims = self._claims.settled(moment.monotonic_s)

    def due_in_s(self) -> float:
        """How long until the next round."""
        return max(self._next_at - time.monotonic(), 0.0)

    async def beat_when_due(self) -> None:
        """Send a round, if it is time for one.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        if self.due_in_s() > 0:
            return
        self._next_at = time.monotonic() + self._heart.every_s
        now = self._clock.now()
        # Grows over restarts, too, as long as clocks don't go back by more than a process was away.
        self._sequence = max(self._sequence + 1, int(now.timestamp() * 1e6))
        numbers = range(self._heart.topic.partitions)
        offsets = await self._publisher.publish_to(
            {number: self._envelope(number, now) for number in numbers}
        )
        self._claims = self._claims.acknowledged(time.monotonic(), offsets)

    def _envelope(self, partition: int, now: datetime) -> Envelope:
        watermark = self._claims.watermarks.get(partition)
        event = self._heart.make(now, self._published_until, watermark)
        event_id = new_id()
        return Envelope(
            id=event_id,
            type=event.type_name(),
            source=f"/khadamaty/{self._service}",
            topic=self._heart.topic.name,
            key=f"beat-{partition:02}",
            sequence=self._sequence,
            time=now,
            data=event.model_dump_json().encode(),
            correlation_id=event_id,
        )
