"""Who really reads what, from each service's own table of consumers."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping

from libs.contracts.event import Event
from libs.contracts.registry import EVENTS, producer_of
from libs.contracts.topics import BY_NAME, PARTNERS, SERVICES

Readers = Mapping[str, tuple[type[Event], ...]]


def find_subscriptions(service: str) -> tuple[type[Event], ...] | None:
    """The events in `SUBSCRIPTIONS` of a service's consumers, or None where there is no such service yet."""
    package, module = f"services.{service}", f"services.{service}.consumers"
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(module) is None:
        return None
    events = {on.event.type_name(): on.event for on in importlib.import_module(module).SUBSCRIPTIONS}
    return tuple(events[name] for name in EVENTS if name in events)


def read_all() -> Readers:
    """What every service that exists reads, in the order of the registry."""
    found = {service: find_subscriptions(service) for service in SERVICES}
    return {service: events for service, events in found.items() if events is not None}


def topics_read(service: str, event: type[Event]) -> tuple[str, ...]:
    """The topics of `event` on which `service` may read it."""
    return tuple(topic for topic in event.topics if service in BY_NAME[topic].readers)


def consumers_of(event: type[Event], readers: Readers) -> tuple[str, ...]:
    """Who reads `event`: services by their tables, and partners by the topic table."""
    services = tuple(service for service, events in readers.items() if event in events)
    outside = (PARTNERS,) if any(PARTNERS in BY_NAME[topic].readers for topic in event.topics) else ()
    return services + outside


def published_by(service: str) -> tuple[type[Event], ...]:
    """The events of which `service` is the producer."""
    return tuple(event for event in EVENTS.values() if producer_of(event) == service)


def carried_by(topic: str) -> tuple[type[Event], ...]:
    """The events that travel on `topic`."""
    return tuple(event for event in EVENTS.values() if topic in event.topics)
