"""A small aggregate with a counterpart that follows it, for tests of the plumbing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from libs.chassis.aggregates import Aggregates, Index
from libs.chassis.codec import Codec
from libs.chassis.delivery import Delivery, Fact
from libs.chassis.errors import AlreadyApplied, Duplicate, Permanent
from libs.contracts.event import Data, Event, SealedEvent
from libs.contracts.topics import Topic


class Moved(Event):
    """An account's balance changed."""

    topics: ClassVar[tuple[str, ...]] = ("ledger.facts",)

    account_id: str
    amount: int


class Note(Data):
    text: str


class Noted(SealedEvent):
    """Somebody wrote a note that only some may read."""

    topics: ClassVar[tuple[str, ...]] = ("ledger.facts",)
    secret: ClassVar[type[Data] | None] = Note


@dataclass(frozen=True)
class Personal:
    holder: str


@dataclass(frozen=True)
class Line:
    text: str
    amount: int


@dataclass(frozen=True)
class Account:
    owner_id: str
    balance: int
    open: bool = True
    tags: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    personal: Personal | None = None

    def moved(self, amount: int) -> Account:
        return replace(self, balance=self.balance + amount)


@dataclass(frozen=True)
class Mirror:
    total: int = 0
    moves: int = 0
    last_note: str = ""


ACCOUNTS = Codec("accounts", Account, owner=lambda account: account.owner_id)
MIRRORS = Codec("mirrors", Mirror)
ACCOUNT_INDEXES = (Index("one_open_per_owner", ("owner_id",), unique=True, where={"open": True}),)

LEDGER_TOPIC = Topic("ledger.facts", "account", "ledger", ("mirror",))
LEDGER_TOPICS = (
    LEDGER_TOPIC,
    Topic("mirror.dead", "the failed record's key", "mirror", ("mirror",)),
)


@dataclass(frozen=True)
class MirrorDeps:
    mirrors: Aggregates[Mirror]


async def on_moved(deps: MirrorDeps, delivery: Delivery[Moved]) -> None:
    """Add the amount; the first move makes the mirror."""
    if delivery.event.amount == POISON:
        raise Permanent("poison")
    account_id = delivery.event.account_id
    if await deps.mirrors.find(account_id) is None:
        await _create(deps, delivery, account_id)
        return
    stored = await deps.mirrors.get_for(delivery, account_id)
    mirror = stored.value
    after = replace(mirror, total=mirror.total + delivery.event.amount, moves=mirror.moves + 1)
    await deps.mirrors.save(stored, after, applied=delivery)


async def on_noted(deps: MirrorDeps, delivery: Delivery[Noted]) -> None:
    """Keep the note's text."""
    stored = await deps.mirrors.get_for(delivery, delivery.key)
    note = delivery.opened(Note).text
    await deps.mirrors.save(stored, replace(stored.value, last_note=note), applied=delivery)


async def _create(deps: MirrorDeps, delivery: Delivery[Moved], account_id: str) -> None:
    try:
        await deps.mirrors.insert(account_id, Mirror(delivery.event.amount, 1), applied=delivery)
    except Duplicate as error:
        raise AlreadyApplied from error


def moved(account_id: str, amount: int) -> Fact:
    """The fact of one move."""
    return Fact(Moved(account_id=account_id, amount=amount))


#: An amount that no mirror will ever take.
POISON = -13
