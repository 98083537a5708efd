"""The certificate's number, `YYYY/NNNNNN`, and why a number may stay without a certificate."""

from __future__ import annotations

from enum import StrEnum


class VoidReason(StrEnum):
    """Why a number will never stand on a certificate."""

    WITHDRAWN = "withdrawn"
    RACED = "raced"
    LOST = "lost"


def format_number(year: int, count: int) -> str:
    """The number of the `count`-th certificate of a civil year in Morocco."""
    return f"{year}/{count:06d}"
