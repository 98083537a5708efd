"""Asks how far certificates' topic goes, and tells how fresh the model is by the heartbeats it saw."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog
from prometheus_client import Gauge

from libs.chassis.errors import DependencyDown
from libs.chassis.log import LogEnds
from libs.chassis.metrics import REGISTRY
from libs.chassis.pausing import pause
from libs.contracts.topics import Topic
from services.verification.domain.freshness import Horizons

log = structlog.get_logger(__name__)

MODEL_AGE_S: Final = Gauge(
    "model_age_seconds",
    "How far behind certificates what is answered from can be; infinite where unknown.",
    registry=REGISTRY,
)


def boot_time_s() -> float:
    """Seconds on a clock that never jumps and goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class FreshnessTracker:
    """Freshness of one process' model of one topic.

    Args:
        ends: Tells how far the topic goes.
        topic: What the model is made of.
        fresh_for_s: Of the sixty seconds after which nothing revoked may be called valid, fifteen are left to
            clients of a database or a broker that haven't noticed that its leader was deposed: 45.
        ask_every_s: How often to ask.
        now_s: A clock that never jumps and doesn't stand still while the machine sleeps.
    """

    def __init__(
        self,
        ends: LogEnds,
        topic: Topic,
        *,
        fresh_for_s: float,
        ask_every_s: float,
        now_s: Callable[[], float] = boot_time_s,
    ) -> None:
        self._ends = ends
        self._topic = topic
        self._fresh_for_s = fresh_for_s
        self._ask_every_s = ask_every_s
        self._now_s = now_s
        self._horizons = Horizons.unknown(topic.partitions)
        MODEL_AGE_S.set_function(self._age_s)

    def as_of_s(self) -> float | None:
        """How many seconds ago everything committed in certificates is known to be in this model.

        Whoever reads the model elsewhere than here, such as in the database, asks before he reads.
        """
        as_of_s = self._horizons.as_of_s
        return None if as_of_s is None else self._now_s() - as_of_s

    def is_fresh(self) -> bool:
        """Whether a revocation that was committed a minute ago is in this model for certain."""
        return self._age_s() < self._fresh_for_s

    def note_beat(self, topic: str, partition: int, watermark: int) -> None:
        """Note a document of `beats`, of which everything ahead of it in the oplog is in the model.

        To be called in the order of the stream of changes with the document as it was then (what an insert
        or a replacement carries, never one looked up later); with what a load found only when the model holds
        everything that was written before it was read.
        """
        if topic == self._topic.name and partition in range(self._topic.partitions):
            self._horizons = self._horizons.reached(partition, watermark)

    async def ask(self) -> None:
        """Ask once where the topic ends.

        Raises:
            DependencyDown: The broker can't be reached.
        """
        at_s = self._now_s()
        ends = await self._ends.end_offsets(self._topic.name)
        self._horizons = self._horizons.asked(at_s, ends, self._fresh_for_s)

    async def run(self, stop: asyncio.Event) -> None:
        """Ask until `stop`."""
        while not stop.is_set():
            try:
                await self.ask()
            except DependencyDown as error:
                log.warning("freshness.waiting", cause=type(error).__name__)
            await pause(stop, self._ask_every_s)

    def _age_s(self) -> float:
        as_of_s = self.as_of_s()
        return float("inf") if as_of_s is None else as_of_s
