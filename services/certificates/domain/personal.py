"""The sealed part of a certificate's file: what it prints, its codes, what people wrote about its holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from libs.contracts.requests import PrintedPerson
from services.certificates.domain.orders import Grounds, Wish


@dataclass(frozen=True)
class Note:
    """Why a file went back; only the staff reads it."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Personal:
    """What is sealed under the holder's key.

    Attributes:
        printed: What the newest version prints, or the first one will.
        codes: The 16 characters of each version's verification code, a planned one included.
        notes: Written by people about a person, so they are sealed too.
        proposed: What a corrected version will print.
        pages: What each issued version prints; what was issued before this was noted prints `printed`.
        wishes: What the holder said is wrong.
        grounds: Why the status was to change, each time.
    """

    printed: PrintedPerson
    codes: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    proposed: PrintedPerson | None = None
    pages: tuple[PrintedPerson, ...] = ()
    wishes: tuple[Wish, ...] = ()
    grounds: tuple[Grounds, ...] = ()

    @property
    def to_print(self) -> PrintedPerson:
        """What the next version will print, or the newest one does."""
        return self.proposed or self.printed

    def pages_of(self, versions: int) -> tuple[PrintedPerson, ...]:
        """What each of so many issued versions prints, in their order."""
        return (*self.pages, *(self.printed,) * (versions - len(self.pages)))
