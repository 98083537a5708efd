"""The table by which a service says which events it follows and who handles each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

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


def topics_of(subscriptions: Sequence[On]) -> tuple[str, ...]:
    """The topics to read for these rows, sorted."""
    return tuple(sorted({topic for row in subscriptions for topic in row.event.topics}))
