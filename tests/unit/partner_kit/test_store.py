"""Facts are stored once, in whatever order they come, and the sequence says what holds."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples.partner.cases import new_events
from examples.partner.events import Fact, find_fact
from examples.partner.store import EventStore, Taken

LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    opened = EventStore(tmp_path / "events.sqlite3")
    yield opened
    opened.close()


def facts(count: int) -> list[Fact]:
    return [fact for event in new_events(count) if (fact := find_fact(event)) is not None]


def test_a_fact_is_stored_once_whichever_way_it_comes(store: EventStore) -> None:
    (fact,) = facts(1)
    assert store.take([fact], "webhook") == Taken(new=1)
    assert store.take([fact, fact], "kafka") == Taken(known=2)
    assert store.all() == [fact]
    assert store.ways_of(fact.id) == {"webhook", "kafka"}
    assert (store.first_by("kafka"), store.first_by("feed")) == (fact.id, None)


def test_something_else_under_a_known_id_is_told_and_changes_nothing(store: EventStore) -> None:
    (fact,) = facts(1)
    store.take([fact], "webhook")
    assert store.take([replace(fact, status="revoked")], "feed").differing == (fact.id,)
    assert store.find(fact.id) == fact


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_what_holds_does_not_hang_on_the_order_of_arrival(store: EventStore, order: tuple[int, ...]) -> None:
    told = facts(4)
    for place in order:
        store.take([told[place]], "webhook")
    (standing,) = store.standing(told[0].number)
    assert standing.status == told[-1].status == "revoked"


def test_each_version_has_a_standing_of_its_own(store: EventStore) -> None:
    first, second, third, _ = facts(4)
    store.take([first, replace(second, status="superseded"), replace(third, version=2)], "kafka")
    assert [(each.version, each.status) for each in store.standing(first.number)] == [
        (1, "superseded"),
        (2, "valid"),
    ]


def test_a_gap_is_noticed_and_closed(store: EventStore) -> None:
    first, second, third, _ = facts(4)
    store.take([first, third], "webhook")
    assert store.gaps() == [first.certificate_id]
    store.take([second], "feed")
    assert store.gaps() == []


def test_ids_are_told_from_a_moment_on_once_they_have_settled(store: EventStore) -> None:
    old, new = (replace(fact, time=LATER + timedelta(days=day)) for day, fact in enumerate(facts(2)))
    store.take([old, new], "kafka")
    assert store.ids_since(None, LATER) == {old.id, new.id}
    assert store.ids_since(new.time, LATER) == {new.id}
    assert store.ids_since(None, datetime.now(UTC) - timedelta(minutes=1)) == frozenset()


def test_nothing_of_a_failed_transaction_stays(store: EventStore) -> None:
    first, second = facts(2)

    def half() -> Iterator[Fact]:
        yield first
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        store.take(half(), "webhook")
    assert store.all() == []
    assert store.take([first, second], "webhook").new == 2


def test_several_writers_on_one_file_lose_nothing_and_store_nothing_twice(tmp_path: Path) -> None:
    told = facts(60)

    def write(way: str) -> None:
        own = EventStore(tmp_path / "shared.sqlite3")
        for fact in told:
            own.take([fact], way)
        own.close()

    writers = [threading.Thread(target=write, args=(way,)) for way in ("webhook", "kafka", "feed")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    store = EventStore(tmp_path / "shared.sqlite3")
    assert [fact.id for fact in store.all()] == [fact.id for fact in told]
    assert store.ways_of(told[-1].id) == {"webhook", "kafka", "feed"}
    store.close()
