"""Aggregates as services load and save them: one document, one atomic write, its events with it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from libs.chassis.delivery import Delivery, Fact
from libs.chassis.errors import AlreadyApplied, NotFound, NotYet, SequenceGap
from libs.contracts.event import Event

A = TypeVar("A")

#: How many command keys a document remembers.
KEPT_COMMANDS = 50


@dataclass(frozen=True)
class Stored(Generic[A]):
    """An aggregate as it was loaded.

    Attributes:
        version: Counts its writes; a save of an older version is refused.
        sequences: Topic field to the last sequence that was given out.
        inbox: Lane to the last sequence that was applied.
        commands: The last command keys that took effect.
    """

    id: str
    value: A
    version: int
    sequences: Mapping[str, int] = field(default_factory=dict)
    inbox: Mapping[str, int] = field(default_factory=dict)
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """Matches a field that holds one of `values`."""

    values: Sequence[Any]


@dataclass(frozen=True)
class AtMost:
    """Matches a field that is present and not beyond `value`."""

    value: Any


@dataclass(frozen=True)
class Copied(Generic[A]):
    """What an aggregate has to be according to a state-carrying event of another service.

    Attributes:
        delivery: The event; an aggregate that already follows a later one stays as it is.
    """

    id: str
    value: A
    delivery: Delivery[Event]


Where = Mapping[str, Any]
"""Field path to an exact value, `AnyOf` or `AtMost`; paths are those of the aggregate, dotted."""


@dataclass(frozen=True)
class Index:
    """An index on an aggregate's fields.

    Attributes:
        name: Told by `Duplicate` when the index is unique and refuses.
        where: Only documents that match exactly are in it.
    """

    name: str
    fields: tuple[str, ...]
    unique: bool = False
    where: Mapping[str, Any] | None = None


class Aggregates(Protocol[A]):
    """One collection of aggregates."""

    async def find(self, aggregate_id: str) -> Stored[A] | None:
        """The aggregate, or None."""
        ...

    async def get(self, aggregate_id: str) -> Stored[A]:
        """The aggregate.

        Raises:
            NotFound: There's none by that id.
        """
        ...

    async def get_for(self, delivery: Delivery[Event], aggregate_id: str) -> Stored[A]:
        """The aggregate that `delivery` is to change.

        Raises:
            AlreadyApplied: It has changed it already.
            NotYet: The aggregate isn't there yet.
            SequenceGap: An earlier event of a completely followed topic is missing.
        """
        ...

    async def insert(
        self,
        aggregate_id: str,
        value: A,
        facts: Sequence[Fact] = (),
        *,
        applied: Delivery[Event] | None = None,
    ) -> Stored[A]:
        """Create it, its events with it.

        Raises:
            Duplicate: The id or a unique field is taken; `details["index"]` says which.
        """
        ...

    async def save(
        self,
        stored: Stored[A],
        value: A,
        facts: Sequence[Fact] = (),
        *,
        applied: Delivery[Event] | None = None,
        command: str | None = None,
    ) -> Stored[A]:
        """Replace it, its events, the mark of the applied delivery and of the command with it.

        Raises:
            Stale: It has changed since it was loaded.
            Duplicate: A unique field is taken.
        """
        ...

    async def copy(self, states: Sequence[Copied[A]]) -> None:
        """Make aggregates what others' events say, all in one bulk write; they have no events."""
        ...

    async def find_by(
        self, where: Where, *, order_by: str | None = None, limit: int = 100, skip: int = 0
    ) -> Sequence[Stored[A]]:
        """The aggregates that match, ascending by `order_by` (descending with a leading `-`)."""
        ...

    async def count_by(self, where: Where) -> int:
        """How many match."""
        ...


def check_delivery(stored: Stored[A] | None, delivery: Delivery[Event]) -> Stored[A]:
    """What a delivery may change, or why it may not.

    Raises:
        AlreadyApplied: It has changed it already.
        NotYet: The aggregate isn't there yet.
        SequenceGap: An earlier event of a completely followed topic is missing.
    """
    if stored is None:
        raise NotYet
    last = stored.inbox.get(delivery.lane, 0)
    if delivery.sequence <= last:
        raise AlreadyApplied
    if delivery.complete and delivery.sequence > last + 1:
        raise SequenceGap(topic=delivery.topic, expected=last + 1, got=delivery.sequence)
    return stored


def advanced(
    stored: Stored[A],
    value: A,
    sequences: Mapping[str, int],
    applied: Delivery[Event] | None,
    command: str | None,
) -> Stored[A]:
    """`stored` as it stands after its next write."""
    inbox = dict(stored.inbox)
    if applied is not None:
        inbox[applied.lane] = applied.sequence
    commands = stored.commands if command is None else (*stored.commands, command)[-KEPT_COMMANDS:]
    return replace(
        stored,
        value=value,
        version=stored.version + 1,
        sequences=dict(sequences),
        inbox=inbox,
        commands=commands,
    )


async def follow(aggregates: Aggregates[A], delivery: Delivery[Event], aggregate_id: str, value: A) -> None:
    """Make one aggregate what a state-carrying event says."""
    await aggregates.copy([Copied(aggregate_id, value, delivery)])


class Loading(ABC, Generic[A]):
    """What every kind of store makes of `find`."""

    def __init__(self, name: str) -> None:
        self._name = name

    @abstractmethod
    async def find(self, aggregate_id: str) -> Stored[A] | None:
        """The aggregate, or None."""

    async def get(self, aggregate_id: str) -> Stored[A]:
        """The aggregate.

        Raises:
            NotFound: There's none by that id.
        """
        stored = await self.find(aggregate_id)
        if stored is None:
            raise NotFound(collection=self._name)
        return stored

    async def get_for(self, delivery: Delivery[Event], aggregate_id: str) -> Stored[A]:
        """The aggregate that `delivery` is to change.

        Raises:
            AlreadyApplied: It has changed it already.
            NotYet: The aggregate isn't there yet.
            SequenceGap: An earlier event of a completely followed topic is missing.
        """
        return check_delivery(await self.find(aggregate_id), delivery)
