"""The proof before a step: what the page says beside what the file says, value by value."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class ProofField(StrEnum):
    """A fact that a certificate states."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    IDENTIFIER = "identifier"
    DISABILITY = "disability"
    VALID_UNTIL = "valid_until"


@dataclass(frozen=True)
class ProofLine:
    """One fact.

    Attributes:
        printed: What was read back from the page, in each of its languages; empty where it isn't there.
        said: What the file says, in the words of the page; empty where nothing may stand there.
    """

    field: ProofField
    printed: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether a reader is told the same by both."""
        return tuple(map(_plain, self.printed)) == tuple(map(_plain, self.said))


def _plain(text: str) -> str:
    """A text without marks that nobody sees, in one form of Unicode."""
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(unicodedata.normalize("NFC", seen).split())
