"""The gate that lets only optional fields be added to a published event."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from libs.contracts.event import Event
from libs.contracts.registry import EVENTS
from libs.contracts.schema import Schema, committed, contract_of

_NOTES = frozenset({"title", "description", "default", "examples", "$defs"})
_PARTS = frozenset(
    {"properties", "required", "items", "prefixItems", "additionalProperties", "anyOf", "enum"}
)
ADVICE = (
    "Only optional fields may be added; anything else is a new event with a new name. "
    "Before the first release a schema may be given up: delete its file and run `make catalogue`."
)


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in contract `new` an existing reader or an existing record of contract `old` would not survive.

    Args:
        old: A contract as `libs.contracts.schema.contract_of` makes it.
        new: The same event's contract now.

    Returns:
        One sentence per breach, each beginning with the place; empty where `new` may replace `old`.
    """
    found = [f"topics: {topic} removed" for topic in old["topics"] if topic not in new["topics"]]
    if old["producer"] != new["producer"]:
        found.append(f"producer: was {old['producer']}, is {new['producer']}")
    found += _compare(_inlined(old["data"]), _inlined(new["data"]), "data")
    if (old["secret"] is None) != (new["secret"] is None):
        found.append("secret: sealed and unsealed events are different events")
    elif old["secret"] is not None:
        found += _compare(_inlined(old["secret"]), _inlined(new["secret"]), "secret")
    return found


def all_breaks(old: Mapping[str, Schema], events: Mapping[str, type[Event]]) -> list[str]:
    """The breaches of all `events` against the `old` contracts, each beginning with the event's name."""
    found = [f"{name}: removed" for name in old if name not in events]
    for name, contract in old.items():
        if name in events:
            found += [f"{name}: {what}" for what in breaks(contract, contract_of(events[name]))]
    return found


def _inlined(schema: Schema) -> Schema:
    """The schema with every reference replaced by what it names; events are trees, so this ends."""
    definitions: Mapping[str, Schema] = schema.get("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, list):
            return [resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        rest = {name: resolve(value) for name, value in node.items() if name not in {"$ref", "$defs"}}
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[-1]]) | rest
        return rest

    resolved: Schema = resolve(schema)
    return resolved


def _compare(old: Schema, new: Schema, where: str) -> Iterator[str]:
    old, new = _enumerated(old), _enumerated(new)
    retyped = [
        f"{where}: retyped, {word} was {old.get(word)!r}, is {new.get(word)!r}"
        for word in sorted((old.keys() | new.keys()) - _NOTES - _PARTS)
        if old.get(word) != new.get(word)
    ]
    if retyped:
        yield from retyped
        return
    yield from _compare_values(old, new, where)
    yield from _compare_fields(old, new, where)
    for word in ("items", "additionalProperties"):
        yield from _compare_lists(
            [old[word]] if word in old else [], [new[word]] if word in new else [], where
        )
    for word in ("anyOf", "prefixItems"):
        yield from _compare_lists(old.get(word, []), new.get(word, []), where)


def _enumerated(schema: Schema) -> Schema:
    """A constant is an enumeration of one."""
    if "const" not in schema:
        return schema
    return {name: value for name, value in schema.items() if name != "const"} | {"enum": [schema["const"]]}


def _compare_values(old: Schema, new: Schema, where: str) -> Iterator[str]:
    if ("enum" in old) != ("enum" in new):
        yield f"{where}: retyped, an enumeration on one side only"
        return
    before, now = old.get("enum", []), new.get("enum", [])
    yield from (f"{where}: enum value {value!r} removed" for value in before if value not in now)
    yield from (
        f"{where}: enum value {value!r} added, which readers refuse" for value in now if value not in before
    )


def _compare_fields(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before: Mapping[str, Schema] = old.get("properties", {})
    now: Mapping[str, Schema] = new.get("properties", {})
    demanded_before, demanded_now = set(old.get("required", [])), set(new.get("required", []))
    for name, schema in before.items():
        if name not in now:
            yield f"{where}.{name}: removed"
        else:
            yield from _compare(schema, now[name], f"{where}.{name}")
    yield from (f"{where}.{name}: newly required" for name in sorted(demanded_now - demanded_before))
    yield from (
        f"{where}.{name}: no longer required"
        for name in sorted((demanded_before & now.keys()) - demanded_now)
    )


def _compare_lists(old: list[Any], new: list[Any], where: str) -> Iterator[str]:
    if len(old) != len(new):
        yield f"{where}: retyped, was one of {len(old)} forms, is one of {len(new)}"
        return
    for before, now in zip(old, new, strict=True):
        if isinstance(before, dict) and isinstance(now, dict):
            yield from _compare(before, now, where)
        elif before != now:
            yield f"{where}: retyped, was {before!r}, is {now!r}"


def main() -> int:
    """Compare the events of this tree with the committed schemas.

    Returns:
        The exit code: 1 where something breaks.
    """
    found = all_breaks(committed(), EVENTS)
    for line in found:
        sys.stdout.write(f"{line}\n")
    if found:
        sys.stdout.write(f"{ADVICE}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
