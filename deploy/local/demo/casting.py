"""Gathers everybody who takes part in the journey, each with a visitor of their own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from deploy.local.demo.citizen import Citizen
from deploy.local.demo.journey import Cast
from deploy.local.demo.mailbox import Mailbox
from deploy.local.demo.people import Applicant, read_words
from deploy.local.demo.staff import (
    Account,
    Agent,
    Chair,
    Controller,
    Desk,
    Doctor,
    Head,
    Officer,
    Registrar,
    Signatory,
    Staff,
    read_accounts,
)
from deploy.local.demo.stranger import Stranger
from deploy.local.demo.visitor import HttpVisitor, Visitor

CENTRE: Final = "061"

Member = TypeVar("Member", bound=Staff)
Bring = Callable[[], Visitor]


@dataclass
class Casting:
    """Knows where the platform and its mails are, and who works there.

    Args:
        origin: What a browser calls the platform.
        mail_url: The mail catcher's page.
        seed_folder: Where identity's seed left the staff's accounts.
        lang: The language of everybody.
    """

    origin: str
    mail_url: str
    seed_folder: Path
    lang: str = "ar"
    _leaving: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send everybody away."""
        self._leaving.__exit__(kind, error, trace)

    def visitor(self) -> HttpVisitor:
        """Somebody new in front of the platform."""
        visitor = HttpVisitor(self.origin, self.lang)
        self._leaving.callback(visitor.close)
        return visitor

    def citizen(self, person: Applicant, bring: Bring | None = None) -> Citizen:
        """An applicant.

        Args:
            person: Who it is.
            bring: Makes the visitor; one over plain HTTP where it is left out.
        """
        visitor = (bring or self.visitor)()
        mailbox = Mailbox(self.mail_url, person.email)
        self._leaving.callback(mailbox.close)
        return Citizen(visitor, person, mailbox, read_words(self.lang))

    def staff(self, role: type[Member], code: str, bring: Bring | None = None) -> Member:
        """A member of the staff, who logs in when there's something to do."""
        account: Account = read_accounts(self.seed_folder)[code]
        return role((bring or self.visitor)(), account)

    def cast(self, person: Applicant, bring: Bring | None = None) -> Cast:
        """Everybody for the journey of one person's certificate."""
        return Cast(
            citizen=self.citizen(person, bring),
            agent=self.staff(Agent, f"agent-{CENTRE}", bring),
            head=self.staff(Head, f"head-{CENTRE}", bring),
            doctor=self.staff(Doctor, "doctor", bring),
            chair=self.staff(Chair, "chair", bring),
            officer=self.staff(Officer, "officer", bring),
            controller=self.staff(Controller, "controller", bring),
            registrar=self.staff(Registrar, "registrar", bring),
            signatory=self.staff(Signatory, "signatory", bring),
            desk=self.staff(Desk, f"desk-{CENTRE}", bring),
            stranger=Stranger((bring or self.visitor)()),
        )
