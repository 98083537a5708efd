"""The whole journey of one certificate, step by step, whoever walks it and however."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from deploy.local.demo.citizen import Citizen
from deploy.local.demo.errors import WalkFailedError
from deploy.local.demo.page import Page
from deploy.local.demo.papers import medical_file
from deploy.local.demo.staff import (
    Agent,
    Chair,
    Controller,
    Desk,
    Doctor,
    Head,
    Officer,
    Registrar,
    Signatory,
)
from deploy.local.demo.stranger import Stranger
from libs.contracts.code import format_code

NOBODYS_CODE: Final = "0000-0000-0000-0000-0"
_NUMBER: Final = re.compile(r"20[0-9]{2}/[0-9]{6}")


@dataclass(frozen=True)
class Cast:
    """Everybody who takes part."""

    citizen: Citizen
    agent: Agent
    head: Head
    doctor: Doctor
    chair: Chair
    officer: Officer
    controller: Controller
    registrar: Registrar
    signatory: Signatory
    desk: Desk
    stranger: Stranger


@dataclass(frozen=True)
class Step:
    """One thing that one of them does.

    Attributes:
        who: The role, in a word.
        what: What is done, as it is told to people.
        act: Does it.
    """

    who: str
    what: str
    act: Callable[[], object]


@dataclass
class Journey:
    """One certificate's way, and what is known of it so far.

    Attributes:
        request_id: From the receipt.
        reference: From the receipt.
        number: Of the certificate.
        code: The verification code, as it is typed.
        pdf: What was downloaded.
        qr_address: What its QR code opens; behind the # it says what the holder's certificate says.
        answers: What the public page said, by what was asked: `code`, `birth date`, `unknown`.
    """

    cast: Cast
    request_id: str = ""
    reference: str = ""
    number: str = ""
    code: str = ""
    pdf: bytes = b""
    qr_address: str = ""
    answers: dict[str, Page] = field(default_factory=dict)

    def steps(self) -> Sequence[Step]:
        """The steps in their order."""
        return [*self._opening(), *self._at_the_centre(), *self._at_the_ministry(), *self._at_the_end()]

    def _opening(self) -> list[Step]:
        citizen = self.cast.citizen
        return [
            Step("citizen", "opens a private space", citizen.register),
            Step("citizen", "logs in with the mailed code and chooses one", citizen.enter_for_the_first_time),
            Step("citizen", "asks for a certificate", self._ask),
            Step("citizen", "reads the mail that invites to a deposit (E1)", lambda: citizen.read_mail("E1")),
        ]

    def _at_the_centre(self) -> list[Step]:
        cast = self.cast
        return [
            Step("agent", "registers the deposit", lambda: cast.agent.register_deposit(self.request_id)),
            Step(
                "agent",
                "enters the medical file",
                lambda: cast.agent.enter_file(self.request_id, cast.citizen.person),
            ),
            Step("agent", "uploads the scan", lambda: cast.agent.scan(self.request_id, medical_file())),
            Step("agent", "checks the quality", lambda: cast.agent.finish_entry(self.request_id)),
            Step("head", "admits the file", lambda: cast.head.admit(self.request_id)),
            Step(
                "doctor",
                "enters the committee's opinion",
                lambda: cast.doctor.give_opinion(self.request_id, cast.citizen.person),
            ),
            Step("chair", "confirms the opinion", lambda: cast.chair.approve(self.request_id)),
        ]

    def _at_the_ministry(self) -> list[Step]:
        cast = self.cast
        return [
            Step("officer", "drafts the certificate", lambda: cast.officer.draft(self.request_id)),
            Step("controller", "checks the draft", lambda: cast.controller.check(self.request_id)),
            Step("registrar", "gives the number", lambda: cast.registrar.register(self.request_id)),
            Step("signatory", "proves who they are, and signs", lambda: cast.signatory.sign(self.request_id)),
        ]

    def _at_the_end(self) -> list[Step]:
        cast = self.cast
        return [
            Step("citizen", "reads that the certificate is ready (E3)", lambda: cast.citizen.read_mail("E3")),
            Step("citizen", "downloads the certificate", self._download),
            Step("stranger", "scans its QR code and checks the seal", self._scan),
            Step("stranger", "verifies it by its code", self._verify),
            Step("stranger", "verifies its content with the birth date", self._verify_content),
            Step("stranger", "learns nothing from an unknown code", self._verify_unknown),
            Step("desk", "hands the certificate over", lambda: cast.desk.hand_over(self.request_id)),
            Step("citizen", "leaves", cast.citizen.log_out),
        ]

    def _ask(self) -> None:
        self.request_id, self.reference = self.cast.citizen.ask()

    def _download(self) -> None:
        citizen = self.cast.citizen
        citizen.wait_for_certificate(self.request_id)
        self.pdf = citizen.download(self.request_id)
        page, self.code = citizen.read_certificate(self.request_id)
        found = _NUMBER.search(page.text)
        if found is None:
            raise WalkFailedError("the page of the certificate shows no number")
        self.number = found.group()

    def _scan(self) -> None:
        self.qr_address, said = self.cast.stranger.scan(self.pdf)
        if (said.number, format_code(said.code)) != (self.number, self.code):
            raise WalkFailedError(f"the QR code speaks of {said.number}, the page of {self.number}")

    def _verify(self) -> None:
        self.answers["code"] = self.cast.stranger.wait_until_valid(self.code, self.number)

    def _verify_content(self) -> None:
        person = self.cast.citizen.person
        page = self.cast.stranger.verify(self.code, person.birth_date)
        if person.printed_number not in page.text:
            raise WalkFailedError(f"code and birth date don't show the content: {page.errors or page.title}")
        self.answers["birth date"] = page

    def _verify_unknown(self) -> None:
        self.answers["unknown"] = self.cast.stranger.expect_unknown(NOBODYS_CODE, self.number)
