"""Every event type by its name."""

from __future__ import annotations

from libs.contracts import certificates, identity, notifications, requests
from libs.contracts.event import Event

_MODULES = (identity, requests, certificates, notifications)

EVENTS: dict[str, type[Event]] = {
    item.type_name(): item
    for module in _MODULES
    for item in vars(module).values()
    if isinstance(item, type) and issubclass(item, Event) and item.topics
}


def producer_of(event: type[Event]) -> str:
    """The service that publishes `event`: its module's name."""
    return event.__module__.rsplit(".", 1)[-1]
