"""Every event has a producer, a consumer and an example, and the topic table tells who really reads."""

from __future__ import annotations

import ast
import importlib
from functools import cache

import pytest

from libs.contracts.catalogue.readers import consumers_of, read_all
from libs.contracts.event import Event, SealedEvent
from libs.contracts.registry import EVENTS, producer_of
from libs.contracts.topics import BY_NAME, PARTNERS, SERVICES, TOPICS, Topic
from tests.support.tree import files, parsed, present_services, python_files

EXAMPLES = "libs/contracts/examples"
READERS = read_all()


def called_names(tree: ast.AST) -> set[str]:
    """The last name of everything that is called: `X(...)`, `module.X(...)`."""
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    plain = {name.id for name in called if isinstance(name, ast.Name)}
    return plain | {name.attr for name in called if isinstance(name, ast.Attribute)}


@cache
def constructed_in(service: str) -> frozenset[str]:
    """The names of the events that a service's code makes."""
    sources = (name for name in python_files("services") if name.startswith(f"services/{service}/"))
    return frozenset(EVENTS) & {name for source in sources for name in called_names(parsed(source))}


def readers_of(event: type[Event]) -> set[str]:
    """Who the topic table lets read an event."""
    return {reader for topic in event.topics for reader in BY_NAME[topic].readers}


PRODUCED = [event for event in EVENTS.values() if producer_of(event) in present_services()]
HEARD = [event for event in EVENTS.values() if readers_of(event) <= {*READERS, PARTNERS}]
ROWS = [(service, event) for service, events in READERS.items() for event in events]
ALIVE = [topic for topic in TOPICS if not topic.name.endswith(".dead")]


@pytest.mark.parametrize("event", PRODUCED, ids=lambda event: event.type_name())
def test_event_has_a_producer(event: type[Event]) -> None:
    assert event.type_name() in constructed_in(producer_of(event))


@pytest.mark.parametrize("event", HEARD, ids=lambda event: event.type_name())
def test_event_has_a_consumer(event: type[Event]) -> None:
    assert consumers_of(event, READERS) != ()


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_event_has_an_example(event: type[Event]) -> None:
    assert f"{EXAMPLES}/{event.type_name()}.json" in files()


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_event_travels_on_topics_of_its_producer(event: type[Event]) -> None:
    assert {BY_NAME[topic].owner for topic in event.topics} == {producer_of(event)}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_event_names_a_sealed_part_exactly_when_it_is_sealed(event: type[Event]) -> None:
    assert issubclass(event, SealedEvent) is (event.secret is not None)


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_event_tells_what_happened(event: type[Event]) -> None:
    assert (event.__doc__ or "").partition("\n")[0].endswith(".")
    assert event.__doc__ not in {base.__doc__ for base in event.__bases__}


@pytest.mark.parametrize(("service", "event"), ROWS, ids=lambda part: getattr(part, "__name__", part))
def test_service_may_read_every_topic_of_what_it_subscribes_to(service: str, event: type[Event]) -> None:
    assert all(service in BY_NAME[topic].readers for topic in event.topics)


@pytest.mark.parametrize("topic", ALIVE, ids=lambda topic: topic.name)
def test_readers_in_the_topic_table_really_read(topic: Topic) -> None:
    reading = {service for service, event in ROWS if topic.name in event.topics}
    assert (set(topic.readers) - {PARTNERS}) & set(READERS) == reading


@pytest.mark.parametrize("topic", ALIVE, ids=lambda topic: topic.name)
def test_topic_carries_something(topic: Topic) -> None:
    assert any(topic.name in event.topics for event in EVENTS.values())


@pytest.mark.parametrize("service", SERVICES)
def test_dead_letters_stay_with_their_service(service: str) -> None:
    topic = BY_NAME[f"{service}.dead"]
    assert (topic.owner, topic.readers) == (service, (service,))


@pytest.mark.parametrize("service", present_services())
def test_service_names_an_event_once_in_its_table(service: str) -> None:
    rows = importlib.import_module(f"services.{service}.consumers").SUBSCRIPTIONS
    assert len({row.event for row in rows}) == len(rows)


@pytest.mark.parametrize("service", present_services())
def test_service_makes_no_event_of_another(service: str) -> None:
    assert {name for name in constructed_in(service) if producer_of(EVENTS[name]) != service} == set()


def test_constructions_are_found_by_name_and_by_attribute() -> None:
    assert called_names(ast.parse("A(x=1)\nmodule.B()\nC\nf(D)")) == {"A", "B", "f"}
