"""The event catalogue as Markdown tables, for people."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

from libs.contracts.catalogue.readers import Readers, carried_by, consumers_of, published_by, topics_read
from libs.contracts.event import Event
from libs.contracts.registry import EVENTS, producer_of
from libs.contracts.topics import BY_NAME, SERVICES, TOPICS, Topic

_MINUTES_PER_DAY = 24 * 60
_MINUTES_SHOWN = 2 * 60
_HEAD = """# Events

Printed from `libs/contracts` and each service's `consumers.py` by `make catalogue`; do not edit.
The machine's edition is `asyncapi.json`; an example of each event lies in `libs/contracts/examples`.

Every record is a CloudEvent 1.0 in Kafka's binary mode: attributes in `ce_*` headers, JSON in the value,
the aggregate's id as the key, `ce_sequence` counting per topic and key from 1. A sealed part is opened
with the person's key only; a dash says that everything may be read in clear.
"""


def events_page(readers: Readers) -> str:
    """The whole of `docs/events.md`."""
    return f"{_HEAD}\n## Topics\n\n{_topic_table(TOPICS)}\n\n## Facts\n\n{_event_table(readers)}\n"


def service_tables(service: str, readers: Readers) -> str:
    """What a service owns, consumes and publishes, for its README."""
    owned = _topic_table(topic for topic in TOPICS if topic.owner == service)
    parts = (
        f"### Owns\n\nDatabase `{service}`, and these topics:\n\n{owned}",
        f"### Consumes\n\n{_consumed_table(service, readers.get(service, ()))}",
        f"### Publishes\n\n{_published_table(service, readers)}",
    )
    return "\n\n".join(parts)


def purpose_of(event: type[Event]) -> str:
    """The first sentence of the event's docstring."""
    return inspect.cleandoc(event.__doc__ or "").partition("\n")[0]


def kept(topic: Topic) -> str:
    """How long a topic keeps its records, in words."""
    if topic.cleanup == "compact":
        return "newest per key"
    if topic.retention_minutes is None:
        return "for ever"
    if topic.retention_minutes < _MINUTES_SHOWN:
        return f"{topic.retention_minutes} minutes"
    return f"{topic.retention_minutes // _MINUTES_PER_DAY} days"


def _topic_table(topics: Iterable[Topic]) -> str:
    rows = [
        [
            f"`{topic.name}`",
            topic.key,
            kept(topic),
            topic.owner,
            _listed(topic.readers),
            str(len(carried_by(topic.name))) if carried_by(topic.name) else "failed records",
        ]
        for topic in topics
    ]
    return _table(["Topic", "Key", "Kept", "Owner", "May read", "Event types"], rows)


def _event_table(readers: Readers) -> str:
    rows = [
        [
            f"`{name}`",
            producer_of(event),
            _coded(event.topics),
            _listed(consumers_of(event, readers)),
            f"`{event.secret.__name__}`" if event.secret else "-",
            purpose_of(event),
        ]
        for service in SERVICES
        for name, event in EVENTS.items()
        if producer_of(event) == service
    ]
    return _table(["Event", "Producer", "Topics", "Consumers", "Sealed part", "What happened"], rows)


def _consumed_table(service: str, events: Sequence[type[Event]]) -> str:
    if not events:
        return "Nothing."
    rows = [
        [
            f"`{event.type_name()}`",
            _coded(topics_read(service, event)),
            BY_NAME[event.topics[0]].owner,
            purpose_of(event),
        ]
        for event in events
    ]
    return _table(["Event", "Topic", "From", "What happened"], rows)


def _published_table(service: str, readers: Readers) -> str:
    events = published_by(service)
    if not events:
        return "Nothing."
    rows = [
        [
            f"`{event.type_name()}`",
            _coded(event.topics),
            _listed(consumers_of(event, readers)),
            purpose_of(event),
        ]
        for event in events
    ]
    return _table(["Event", "Topics", "Consumers", "What happened"], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "-"


def _coded(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
