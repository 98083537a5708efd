"""The table by which a service says which events it follows and who handles each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.chassis.aggregates import Aggregates, Copied
from libs.chassis.delivery import Delivery
from libs.chassis.log import Record
from libs.contracts.event import Event, Heartbeat

Handler = Callable[[Any, Delivery[Any]], Awaitable[None]]
"""Takes the service's `Deps` and one delivery."""

Doubted = Callable[[Any, Record], Awaitable[Mapping[str, Sequence[str]]]]
"""What can't be answered for while a record waits or was given up.

Given the service's `Deps` and the record as it was read: its key is all that is certain of it.
What it returns becomes fields of the doubt's document.
"""


@dataclass(frozen=True)
class On:
    """One row: an event and its handler.

    Attributes:
        complete: True where the service follows every type of the event's topic, so that a gap in the
            sequence is a fault to be told.
    """

    event: type[Event]
    handler: Handler
    complete: bool = False


@dataclass(frozen=True)
class Copy:
    """One row: an event that carries a whole state, and the local copy of it.

    A batch's copies are written in one go, and of one aggregate only the newest.

    Attributes:
        store: Where the copies lie, given the service's `Deps`.
        copied: What the copy has to be, given `Deps` and the delivery.
        doubted: Where it matters: what a state that isn't applied makes doubtful.
    """

    event: type[Event]
    store: Callable[[Any], Aggregates[Any]]
    copied: Callable[[Any, Delivery[Any]], Copied[Any]]
    complete: bool = False
    doubted: Doubted | None = None

    async def handler(self, deps: Any, delivery: Delivery[Any]) -> None:
        """Write one copy by itself."""
        await self.store(deps).copy([self.copied(deps, delivery)])


@dataclass(frozen=True)
class Beat:
    """One row: heartbeats that prove how far this service's copies reach.

    They have no handler: when everything ahead of one is seen through, its watermark is noted.
    """

    event: type[Heartbeat]


Row = On | Copy | Beat


def topics_of(subscriptions: Sequence[Row]) -> tuple[str, ...]:
    """The topics to read for these rows, sorted."""
    return tuple(sorted({topic for row in subscriptions for topic in row.event.topics}))
