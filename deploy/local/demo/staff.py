"""The staff: one class per role, each doing its part of the work on its own pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from deploy.local.demo.errors import WalkFailedError
from deploy.local.demo.page import Answers, Document, Page
from deploy.local.demo.people import Applicant
from deploy.local.demo.visitor import Visitor
from deploy.local.demo.waiting import wait_for

OK = 200


@dataclass(frozen=True)
class Account:
    """How a member of the staff logs in."""

    code: str
    password: str


def read_accounts(seed_folder: Path) -> dict[str, Account]:
    """Read the accounts that identity's seed left, by staff code.

    Args:
        seed_folder: Of the platform's data.
    """
    kept = json.loads((seed_folder / "identity" / "staff-accounts.json").read_text(encoding="utf-8"))
    return {one["code"]: Account(one["code"], one["password"]) for one in kept["accounts"]}


class Staff:
    """A member of the staff in front of the platform.

    Args:
        visitor: With a browser or without.
        account: How they log in.
    """

    def __init__(self, visitor: Visitor, account: Account) -> None:
        self.visitor = visitor
        self.account = account
        self._at_work = False

    def come_to_work(self) -> None:
        """Log in, unless that is done."""
        if not self._at_work:
            self._log_in()
            self._at_work = True

    def _log_in(self) -> None:
        self.visitor.open("/staff/login")
        page = self.visitor.submit({"login": self.account.code, "password": self.account.password})
        if page.path != "/staff" or page.status != OK:
            raise WalkFailedError(f"{self.account.code} can't log in: {page.errors or page.title}")

    def find_page(self, address: str) -> Page | None:
        """Open an address; None while it isn't the one that comes (not there yet, or not its turn)."""
        page = self.visitor.open(address)
        return page if page.status == OK and page.path == address else None

    def take_step(self, address: str, answers: Answers, *, then: str) -> Page:
        """Wait until a step's page comes, fill it in, send it.

        Args:
            address: Where the step is.
            answers: What its form asks.
            then: Where a step that succeeded leads.

        Raises:
            WalkFailedError: The page doesn't come, or the step is refused.
        """
        self.come_to_work()
        wait_for(lambda: self.find_page(address), f"the page {address} for {self.account.code}")
        page = self.visitor.submit(answers)
        if page.status != OK or page.path != then or page.errors:
            said = "; ".join(page.errors) or page.title
            raise WalkFailedError(
                f"{self.account.code} at {address}: {page.path} came ({page.status}): {said}"
            )
        return page


class CentreStaff(Staff):
    """Works on requests."""

    def act(self, request_id: str, step: str, answers: Answers) -> Page:
        """Take one step with a request."""
        file = f"/staff/requests/{request_id}"
        return self.take_step(f"{file}/{step}", answers, then=file)


class Agent(CentreStaff):
    """Takes in the paper file, enters and scans it."""

    def register_deposit(self, request_id: str) -> Page:
        """The person brought the file."""
        return self.act(request_id, "deposit", {})

    def enter_file(self, request_id: str, person: Applicant) -> Page:
        """Enter what the papers say."""
        return self.act(
            request_id,
            "file",
            {
                "birth_precision": "day",
                "sex": person.sex,
                "birth_place": person.birth_place,
                "arabic_family_name": person.arabic_family_name,
                "arabic_given_name": person.arabic_given_name,
                "latin_family_name": person.latin_family_name,
                "latin_given_name": person.latin_given_name,
            },
        )

    def scan(self, request_id: str, document: Document) -> Page:
        """Upload the scanned medical file."""
        scans = f"/staff/requests/{request_id}/scans"
        return self.take_step(scans, {"kind": "medical_file", "scan": document}, then=scans)

    def finish_entry(self, request_id: str) -> Page:
        """Everything is entered, scanned and compared with the paper."""
        return self.act(request_id, "checked", {})


class Head(CentreStaff):
    """Decides whether a file is admissible."""

    def admit(self, request_id: str) -> Page:
        """It goes before the committee."""
        return self.act(request_id, "admit", {})


class Doctor(CentreStaff):
    """Writes the committee's opinion."""

    def give_opinion(self, request_id: str, person: Applicant) -> Page:
        """One line for what was found."""
        found = person.disability
        line: dict[str, str | list[str]] = {
            f"{found['category']}_degree": found["degree"],
            f"{found['category']}_duration": found["duration"],
        }
        if found["companion"]:
            line[f"{found['category']}_companion"] = ["yes"]
        return self.act(request_id, "opinion", line)


class Chair(CentreStaff):
    """Confirms the opinion."""

    def approve(self, request_id: str) -> Page:
        """The certificate will be prepared."""
        return self.act(request_id, "approve", {})


class CertificateStaff(Staff):
    """Works on certificates."""

    def act(self, request_id: str, step: str, *boxes: str) -> Page:
        """Take one step with a certificate, ticking its boxes."""
        file = f"/staff/certificates/{request_id}"
        return self.take_step(f"{file}/{step}", {box: ["yes"] for box in boxes}, then=file)


class Officer(CertificateStaff):
    """Drafts."""

    def draft(self, request_id: str) -> Page:
        """The draft is ready."""
        return self.act(request_id, "draft", "compared")


class Controller(CertificateStaff):
    """Controls what another has drafted."""

    def check(self, request_id: str) -> Page:
        """It is correct."""
        return self.act(request_id, "check", "compared")


class Registrar(CertificateStaff):
    """Gives the number."""

    def register(self, request_id: str) -> Page:
        """It is recorded."""
        return self.act(request_id, "register")


class Signatory(CertificateStaff):
    """Signs, after proving once more who they are."""

    def sign(self, request_id: str) -> Page:
        """Confirm who one is where that is asked, and sign."""
        address = f"/staff/certificates/{request_id}/sign"
        self.come_to_work()
        wait_for(lambda: self._find_signing(address), f"the page {address}")
        if self.visitor.page.path == "/staff/confirm":
            self.visitor.submit({"password": self.account.password})
        return self.act(request_id, "sign", "approved")

    def _find_signing(self, address: str) -> Page | None:
        page = self.visitor.open(address)
        return page if page.status == OK and page.path in {address, "/staff/confirm"} else None


class Desk(CertificateStaff):
    """Hands over."""

    def hand_over(self, request_id: str) -> Page:
        """The holder stands at the desk."""
        return self.act(request_id, "handover", "identity_checked", "paper_signed")
