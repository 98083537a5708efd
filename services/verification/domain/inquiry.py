"""What partners ask about certificates, what they are told, and what stays known of their having asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.verification.domain.certificate import Answer, Reason, Verdict

MOST_IN_A_BATCH: Final = 1000
LONGEST_NUMBER: Final = 40


@dataclass(frozen=True)
class Asked:
    """A certificate, by the code that it shows or else by its number."""

    code: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class InDoubt:
    """Something about the certificate was told that isn't understood yet: nothing is said of it."""


Statement = Answer | InDoubt

NOT_KNOWN: Final = Answer(Verdict.UNKNOWN, Reason.UNKNOWN)


@dataclass(frozen=True)
class Use:
    """What is kept of a partner's question: whose, why and how much; which certificates is not.

    Attributes:
        unknown: How many of them nobody knows: many tell of somebody who guesses.
    """

    client_id: str
    purpose: str
    at: datetime
    asked: int
    unknown: int


@dataclass(frozen=True)
class UseSum:
    """What one partner asked for one purpose in one hour.

    Attributes:
        hour: When it began.
    """

    client_id: str
    purpose: str
    hour: datetime
    requests: int
    asked: int
    unknown: int


def plain_number(typed: str) -> str:
    """A number as certificates have it: no spaces, nothing else changed."""
    return "".join(typed.split())
