"""What this service keeps of a person with an account: a copy of what identity tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from libs.contracts.people import Identifier


@dataclass(frozen=True)
class KnownPerson:
    """The sealed part: number and birth date, nothing more."""

    identifier: Identifier
    birth_date: date


@dataclass(frozen=True)
class Person:
    """One person with an account.

    Attributes:
        identifier_digest: Keyed digest of the canonical number, by which the desk finds the account.
        language: The language of the person's mails.
        active: False once the account is closed.
    """

    person_id: str
    identifier_digest: str
    language: str
    active: bool
    personal: KnownPerson | None = None

    @property
    def known(self) -> KnownPerson:
        """The sealed part, which a copy has as long as the person's key exists."""
        if self.personal is None:
            raise ValueError("a person without their details")
        return self.personal
