"""The table by which a service says which events it follows and who handles each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from libs.chassis.aggregates import Aggregates, Copied
from libs.chassis.delivery import Delivery
from libs.contracts.event import Event

Handler = Callable[[Any, Delivery[Any]], Awaitable[None]]
"""Takes the service's `Deps` and one delivery."""


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
    """

    event: type[Event]
    store: Callable[[Any], Aggregates[Any]]
    copied: Callable[[Any, Delivery[Any]], Copied[Any]]
    complete: bool = False

    async def handler(self, deps: Any, delivery: Delivery[Any]) -> None:
        """Write one copy by itself."""
        await self.store(deps).copy([self.copied(deps, delivery)])


Row = On | Copy


def topics_of(subscriptions: Sequence[Row]) -> tuple[str, ...]:
    """The topics to read for these rows, sorted."""
    return tuple(sorted({topic for row in subscriptions for topic in row.event.topics}))
