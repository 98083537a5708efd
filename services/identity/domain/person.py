"""A person with an account: number, birth date, address, and the codes that open it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from libs.contracts.identity import Language
from libs.contracts.people import Identifier
from services.identity.domain.codes import Code, CodeKind, Holder

MOST_FAILURES: Final = 100
SAME_REGISTRATION: Final = timedelta(hours=1)
BETWEEN_WARNINGS: Final = timedelta(days=1)


@dataclass(frozen=True)
class PersonalData:
    """What is sealed at rest under the person's own key."""

    identifier: Identifier
    birth_date: date
    email: str


@dataclass(frozen=True)
class Consent:
    """Which terms and notice the person agreed to, and when (law 09-08 articles 4 and 5)."""

    version: str
    given_at: datetime


@dataclass(frozen=True)
class Person:
    """An account.

    Attributes:
        identifier_digest: A keyed digest of the number, by which the account is found.
        chosen: The person's own code; None before the first login.
        mailed: A single-use code on its way, or the last one.
        failures: Refused logins since the last good one.
        generation: Sessions of an older one are over.
        warned_at: When the holder was last told of somebody registering the same number.
        personal: None once the person's key was destroyed.
    """

    person_id: str
    identifier_digest: str
    language: Language
    consent: Consent
    registered_at: datetime
    mailed: Code | None
    chosen: Code | None = None
    failures: int = 0
    generation: int = 1
    warned_at: datetime | None = None
    personal: PersonalData | None = None

    @property
    def holder(self) -> Holder | None:
        """What a chosen code is compared with."""
        if self.personal is None:
            return None
        return Holder(self.personal.identifier, self.personal.birth_date, self.personal.email)

    def codes(self, now: datetime) -> tuple[Code, ...]:
        """The codes that open the account now."""
        return tuple(code for code in (self.mailed, self.chosen) if code is not None and code.usable(now))

    def is_born_on(self, birth_date: date) -> bool:
        """Whether that is the birth date that was registered."""
        return self.personal is not None and self.personal.birth_date == birth_date

    def entered(self, code: Code) -> Person:
        """After a good login with `code`: failures are forgotten, a mailed code is used up."""
        if code.kind is CodeKind.MAILED:
            return replace(self, failures=0, mailed=replace(code, used=True))
        return replace(self, failures=0)

    def failed(self) -> Person:
        """After a refused login."""
        return replace(self, failures=self.failures + 1)

    @property
    def exhausted(self) -> bool:
        """Whether so many logins failed in a row that its codes have to die."""
        return self.failures >= MOST_FAILURES

    def locked(self, mailed: Code) -> Person:
        """Every code dead and a new one on its way: never locked out for good."""
        return replace(self, failures=0, chosen=None, mailed=mailed, generation=self.generation + 1)

    def with_mailed(self, mailed: Code) -> Person:
        """A forgotten code's replacement on its way; the old code works on until another is chosen."""
        return replace(self, mailed=mailed)

    def with_chosen(self, chosen: Code) -> Person:
        """A code of the person's own: all others are dead and all sessions over."""
        return replace(self, chosen=chosen, mailed=None, failures=0, generation=self.generation + 1)

    def speaking(self, language: Language) -> Person:
        """With another language for pages and mails."""
        return replace(self, language=language)

    def repeated(self, birth_date: date, email: str, now: datetime) -> Person | None:
        """After somebody registered the same number again.

        Returns:
            The person, to be warned; None where nothing is to tell: the form was sent twice, or the holder
            was warned within the last day.
        """
        same = self.is_born_on(birth_date) and self.personal is not None and self.personal.email == email
        if same and now - self.registered_at < SAME_REGISTRATION:
            return None
        if self.warned_at is not None and now - self.warned_at < BETWEEN_WARNINGS:
            return None
        return replace(self, warned_at=now)
