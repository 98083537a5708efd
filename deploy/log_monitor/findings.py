"""What a monitor of the issuance log may find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong, by a name that a script can act on."""

    HEAD_FORGED = "head-forged"
    HEAD_FORKED = "head-forked"
    HEAD_SHRUNK = "head-shrunk"
    ROOT_WRONG = "root-wrong"
    ENTRIES_MISSING = "entries-missing"
    TILE_WRONG = "tile-wrong"
    ENTRY_UNREADABLE = "entry-unreadable"
    MOMENT_BACK = "moment-back"
    MOMENT_BACKDATED = "moment-backdated"
    MOMENT_AHEAD = "moment-ahead"
    VOID_WRONG = "void-wrong"
    FACT_UNLOGGED = "fact-unlogged"
    FACT_DIFFERS = "fact-differs"
    FACT_TWICE = "fact-twice"
    FACT_BACKDATED = "fact-backdated"
    FACT_EARLY = "fact-early"
    FACT_LATE = "fact-late"
    ENTRY_UNPUBLISHED = "entry-unpublished"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        where: The entry, the head or the public fact.
        what: In a few words.
    """

    fault: Fault
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.fault}: {self.where}: {self.what}"


@dataclass(frozen=True)
class Rules:
    """How much time honest work may take.

    Attributes:
        grace: Between an entry, its head and its public fact.
        skew: Between two clocks.
        publish_within: The most that a fact may follow its entry, once it is there.
        issue_days: The most days between a certificate's day of issue and its entry: a signature that a crash
            interrupted may be finished on another day.
        since: Facts that were published before this moment aren't looked at: there was no log yet.
    """

    grace: timedelta = timedelta(minutes=2)
    skew: timedelta = timedelta(minutes=1)
    publish_within: timedelta = timedelta(days=1)
    issue_days: int = 3
    since: datetime | None = None
