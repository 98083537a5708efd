"""Stores facts in a small SQLite file, each once, whichever way it came, and knows what is newest."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from .events import Fact

BUSY_S: Final = 30.0

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS facts (
    id TEXT PRIMARY KEY, certificate_id TEXT NOT NULL, sequence INTEGER NOT NULL, time TEXT NOT NULL,
    number TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL, fact TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS of_certificate ON facts (certificate_id, sequence);
CREATE INDEX IF NOT EXISTS by_time ON facts (time);
CREATE TABLE IF NOT EXISTS arrivals (
    id TEXT NOT NULL, way TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (id, way)
);
"""
# What came last isn't what holds: webhooks may overtake each other, the sequence tells.
_STANDING: Final = """
SELECT number, version, status, time FROM facts AS newest WHERE number = ? AND sequence = (
    SELECT max(sequence) FROM facts WHERE certificate_id = newest.certificate_id AND version = newest.version
) ORDER BY version
"""
_SETTLED: Final = """
SELECT id FROM facts WHERE time >= ? AND (SELECT min(at) FROM arrivals WHERE arrivals.id = facts.id) < ?
"""
_GAPS: Final = """
SELECT certificate_id FROM facts GROUP BY certificate_id
HAVING count(DISTINCT sequence) < max(sequence) - min(sequence) + 1 ORDER BY certificate_id
"""


@dataclass(frozen=True)
class Taken:
    """What storing came to.

    Attributes:
        new: Facts that weren't there.
        known: Facts that were there already.
        differing: Ids under which something else was stored before, which stays.
    """

    new: int = 0
    known: int = 0
    differing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What holds of one version of a certificate, as far as we were told."""

    number: str
    version: int
    status: str
    since: str


class EventStore:
    """One partner's facts; several processes and threads may use one file.

    Args:
        path: The file; made where it isn't there.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        # What was answered with success is on disk, not in a buffer.
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def take(self, facts: Iterable[Fact], way: str) -> Taken:
        """Store facts in one transaction: when this returns, they are on disk.

        Args:
            facts: In any order, also some that are there.
            way: How they came: `webhook`, `kafka` or `feed`.
        """
        new, known, differing = 0, 0, []
        at = _moment(datetime.now(UTC))
        with self._transaction() as connection:
            for fact in facts:
                found = connection.execute("SELECT fact FROM facts WHERE id = ?", (fact.id,)).fetchone()
                if found is None:
                    connection.execute("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _row(fact))
                    new += 1
                elif found[0] == _written(fact):
                    known += 1
                else:
                    differing.append(fact.id)
                connection.execute("INSERT OR IGNORE INTO arrivals VALUES (?, ?, ?)", (fact.id, way, at))
        return Taken(new, known, tuple(differing))

    def find(self, fact_id: str) -> Fact | None:
        """A fact, or None."""
        rows = self._read("SELECT fact FROM facts WHERE id = ?", fact_id)
        return _fact(rows[0][0]) if rows else None

    def ways_of(self, fact_id: str) -> frozenset[str]:
        """By which ways a fact came."""
        return frozenset(way for (way,) in self._read("SELECT way FROM arrivals WHERE id = ?", fact_id))

    def first_by(self, way: str) -> str | None:
        """The id of the first fact that came by a way, or None."""
        rows = self._read("SELECT id FROM arrivals WHERE way = ? ORDER BY at, id LIMIT 1", way)
        return str(rows[0][0]) if rows else None

    def ids_since(self, moment: datetime | None, stored_before: datetime) -> frozenset[str]:
        """The ids of all facts of that moment or later, or of all, that were stored before another moment."""
        since = _moment(moment) if moment else ""
        return frozenset(fact_id for (fact_id,) in self._read(_SETTLED, since, _moment(stored_before)))

    def all(self) -> Sequence[Fact]:
        """All facts, each certificate's in its order."""
        return [
            _fact(text) for (text,) in self._read("SELECT fact FROM facts ORDER BY certificate_id, sequence")
        ]

    def standing(self, number: str) -> Sequence[Standing]:
        """What holds of each version of a certificate."""
        return [Standing(*row) for row in self._read(_STANDING, number)]

    def gaps(self) -> Sequence[str]:
        """Certificates of which something is missing between what is there."""
        return [certificate_id for (certificate_id,) in self._read(_GAPS)]

    def _read(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _row(fact: Fact) -> tuple[str | int, ...]:
    return (
        fact.id,
        fact.certificate_id,
        fact.sequence,
        _moment(fact.time),
        fact.number,
        fact.version,
        fact.status,
        _written(fact),
    )


def _written(fact: Fact) -> str:
    told = asdict(fact) | {"time": _moment(fact.time), "changed_at": _moment(fact.changed_at)}
    return json.dumps(told, sort_keys=True)


def _fact(text: str) -> Fact:
    told = json.loads(text)
    moments = {name: datetime.fromisoformat(told[name]) for name in ("time", "changed_at")}
    return Fact(**(told | moments))


def _moment(moment: datetime) -> str:
    """A moment so that texts stand in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
