"""The schema gate passes what readers survive and names what they don't."""

from __future__ import annotations

import copy
from enum import StrEnum
from typing import Any, Literal

import pytest

from libs.contracts.compatibility import all_breaks, breaks
from libs.contracts.event import Data, Event, SealedEvent
from libs.contracts.registry import EVENTS
from libs.contracts.schema import Schema, committed, contract_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Place(Data):
    town: str
    street: str | None = None


class Hidden(Data):
    name: str
    homes: tuple[Place, ...]


class Planted(SealedEvent):
    topics = ("requests.facts", "certificates.public")
    secret = Hidden

    count: int
    colour: Colour
    mood: Literal["calm", "glad"]
    place: Place
    places: tuple[Place, ...]
    by_name: dict[str, Place]
    other: Place | None
    note: str | None = None


OLD = contract_of(Planted)


def _changed(path: str, value: Any) -> Schema:
    """The planted contract with the node at `path` replaced; None removes it."""
    new = copy.deepcopy(OLD)
    *steps, last = path.split("/")
    node: Any = new
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return new


def test_the_same_contract_does_not_break() -> None:
    assert breaks(OLD, copy.deepcopy(OLD)) == []


def test_an_optional_field_may_be_added() -> None:
    class Grown(Planted):
        more: str | None = None
        another: int = 0

    grown = contract_of(Grown)
    assert "more" in grown["data"]["properties"]
    assert breaks(OLD, grown) == []


def test_an_optional_field_may_be_added_inside_the_sealed_part() -> None:
    new = _changed("secret/$defs/Place/properties/floor", {"type": "integer", "default": 0})
    assert breaks(OLD, new) == []


def test_a_topic_may_be_added_and_a_description_changed() -> None:
    new = _changed("data/description", "Other words.") | {"topics": [*OLD["topics"], "requests.more"]}
    assert breaks(OLD, new) == []


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("data/properties/count", None, "data.count: removed"),
        ("data/properties/note", None, "data.note: removed"),
        ("data/properties/count/type", "string", "data.count: retyped, type was 'integer', is 'string'"),
        ("data/properties/count/minimum", 1, "data.count: retyped, minimum was None, is 1"),
        (
            "data/properties/note/anyOf",
            [{"type": "string"}],
            "data.note: retyped, was one of 2 forms, is one of 1",
        ),
        ("data/$defs/Colour/enum", ["red"], "data.colour: enum value 'blue' removed"),
        ("data/$defs/Colour/enum", ["red", "blue", "green"], "data.colour: enum value 'green' added"),
        ("data/properties/mood/enum", ["calm"], "data.mood: enum value 'glad' removed"),
        ("data/$defs/Place/properties/town", None, "data.place.town: removed"),
        ("data/$defs/Place/properties/town/type", "integer", "data.places.town: retyped"),
        ("data/$defs/Place/properties/town/type", "integer", "data.by_name.town: retyped"),
        ("data/$defs/Place/properties/town/type", "integer", "data.other.town: retyped"),
        ("data/$defs/Place/required", ["town", "street"], "data.place.street: newly required"),
        ("data/required", ["person_id"], "data.count: no longer required"),
        ("secret/properties/name", None, "secret.name: removed"),
        ("secret/$defs/Place/properties/town", None, "secret.homes.town: removed"),
        ("topics", ["requests.facts"], "topics: certificates.public removed"),
        ("producer", "identity", "producer: was test_compatibility, is identity"),
    ],
)
def test_a_breaking_change_is_told_with_its_place(path: str, value: Any, told: str) -> None:
    new = _changed(path, value)
    assert any(line.startswith(told) for line in breaks(OLD, new))


def test_a_new_required_field_breaks() -> None:
    class Grown(Planted):
        more: str

    assert breaks(OLD, contract_of(Grown)) == ["data.more: newly required"]


def test_sealing_or_unsealing_breaks() -> None:
    unsealed = OLD | {"secret": None}
    assert breaks(OLD, unsealed) == ["secret: sealed and unsealed events are different events"]
    assert breaks(unsealed, OLD) == breaks(OLD, unsealed)


def test_an_event_may_come_but_not_go() -> None:
    class Fresh(Event):
        topics = ("requests.facts",)

    assert all_breaks({"Planted": OLD}, {"Planted": Planted, "Fresh": Fresh}) == []
    assert all_breaks({"Planted": OLD}, {"Fresh": Fresh}) == ["Planted: removed"]


def test_no_event_of_this_tree_breaks_its_committed_schema() -> None:
    assert all_breaks(committed(), EVENTS) == []


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_no_field_of_any_event_can_go_or_change_its_type_unnoticed(event: type[Event]) -> None:
    old = contract_of(event)
    for part in ("data", "secret") if event.secret else ("data",):
        for name in old[part]["properties"]:
            without, retyped = copy.deepcopy(old), copy.deepcopy(old)
            del without[part]["properties"][name]
            retyped[part]["properties"][name] = {"type": "null"}
            assert f"{part}.{name}: removed" in breaks(old, without)
            assert any(line.startswith(f"{part}.{name}: retyped") for line in breaks(old, retyped))


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_any_event_may_grow_by_an_optional_field(event: type[Event]) -> None:
    grown = copy.deepcopy(contract_of(event))
    grown["data"]["properties"]["added"] = {"type": "string", "default": ""}
    assert breaks(contract_of(event), grown) == []
    grown["data"].setdefault("required", []).append("added")
    assert breaks(contract_of(event), grown) == ["data.added: newly required"]
