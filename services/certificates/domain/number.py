"""The certificate's number, `YYYY/NNNNNN`, and why a number may stay without a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class VoidReason(StrEnum):
    """Why a number will never stand on a certificate."""

    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    RACED = "raced"
    LOST = "lost"


@dataclass(frozen=True)
class LooseNumber:
    """A number that may have been taken for a version that will never be.

    Attributes:
        owner: Under what the register keeps it.
        since: When the version was dropped.
    """

    owner: str
    since: datetime


def format_number(year: int, count: int) -> str:
    """The number of the `count`-th certificate of a civil year in Morocco."""
    return f"{year}/{count:06d}"
