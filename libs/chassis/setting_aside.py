"""Sets aside what can't be applied: parks or buries it, and doubts what hangs on it first."""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Sequence

import structlog

from libs.chassis.clock import Clock
from libs.chassis.doubts import Doubt, Doubts
from libs.chassis.errors import ServiceError
from libs.chassis.log import Publisher, Record
from libs.chassis.metrics import DEAD_LETTERS
from libs.chassis.parking import Parked, Parking
from libs.chassis.subscription import Copy, Doubted, Row
from libs.contracts.topics import dead_letter_topic

log = structlog.get_logger(__name__)


class SettingAside:
    """Where records wait, where they end, and what is in doubt meanwhile."""

    def __init__(
        self,
        service: str,
        parking: Parking,
        publisher: Publisher,
        doubts: Doubts,
        clock: Clock,
    ) -> None:
        self._service = service
        self._parking = parking
        self._publisher = publisher
        self._doubts = doubts
        self._clock = clock
        self._deps: object = None
        self._doubting: dict[str, tuple[str, Doubted]] = {}

    def mind(self, rows: Sequence[Row], deps: object) -> None:
        """Doubt what these rows say."""
        self._deps = deps
        for row in rows:
            if isinstance(row, Copy) and row.doubted is not None:
                self._doubting |= {topic: (row.event.type_name(), row.doubted) for topic in row.event.topics}

    async def park(self, record: Record, lane: str, reason: str) -> None:
        """Keep a record to be tried again."""
        log.warning("event.parked", place=record.place, reason=reason)
        await self._doubt(record, lane)
        await self._parking.put(Parked.now(record, lane, reason, self._clock.now()))

    async def bury(self, record: Record, lane: str, error: ServiceError) -> None:
        """Send a record to the dead letters, with the reason."""
        log.error("event.dead", place=record.place, reason=error.slug)
        DEAD_LETTERS.labels(record.topic, error.slug).inc()
        await self._doubt(record, lane)
        cause = [("dead_reason", error.slug.encode()), ("dead_place", record.place.encode())]
        await self._publisher.publish_raw(
            dead_letter_topic(self._service), record.key, record.value, [*record.headers, *cause]
        )

    async def in_doubt(self, lanes: Items[str]) -> set[str]:
        """Which of `lanes` are in doubt."""
        return await self._doubts.among(lanes) if self._doubting else set()

    async def trust_again(self, record: Record, lane: str) -> None:
        """End the doubts that a record ends by being applied."""
        if self._doubts_of(record) is not None:
            await self._doubts.end(lane, record)

    async def _doubt(self, record: Record, lane: str) -> None:
        doubted = self._doubts_of(record)
        if doubted is not None:
            await self._doubts.cast(Doubt.of(record, lane, await doubted(self._deps, record)))

    def _doubts_of(self, record: Record) -> Doubted | None:
        """A record without a type may have been of any; one of another type says nothing of this."""
        kind, doubted = self._doubting.get(record.topic, ("", None))
        return doubted if record.type in {kind, ""} else None
