"""The applicant: opens a space, asks for a certificate, follows it, downloads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from deploy.local.demo.errors import WalkFailedError
from deploy.local.demo.mailbox import Mail, Mailbox
from deploy.local.demo.page import Answers, Page
from deploy.local.demo.people import Applicant
from deploy.local.demo.visitor import Visitor
from deploy.local.demo.waiting import wait_for

_REFERENCE: Final = re.compile(r"20[0-9]{2}-[0-9]{7}")
_REQUEST: Final = re.compile(r"/requests/(?P<id>[0-9a-f-]{36})")
_TYPED_CODE: Final = re.compile(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]")


class Citizen:
    """One applicant in front of the platform.

    Args:
        visitor: With a browser or without.
        person: Who it is.
        mailbox: Their mails.
        words: How mails are recognised in the language of the visitor.
    """

    def __init__(
        self, visitor: Visitor, person: Applicant, mailbox: Mailbox, words: Mapping[str, str]
    ) -> None:
        self.visitor = visitor
        self.person = person
        self.mailbox = mailbox
        self.words = words

    def register(self, *, email: str = "") -> Page:
        """Open a space, which leads to the dialog.

        Args:
            email: Another address than the person's own.
        """
        self.visitor.open("/register")
        answers = {
            "kind": self.person.kind,
            **self._who(),
            "email": email or self.person.email,
            "consent": ["yes"],
        }
        return expect(self.visitor.submit(answers), "/register/done")

    def _known(self) -> dict[str, str]:
        typed = {"number": self.person.number, "office": self.person.office, "year": self.person.year}
        return {name: text for name, text in typed.items() if text}

    def _who(self) -> Answers:
        return {**self._known(), "born_on": self.person.birth_date}

    def read_mail(self, key: str, count: int = 1) -> Mail:
        """Wait for the mail of that kind, such as `E1`."""
        return self.mailbox.wait_for(self.words[key], count)

    def log_in(self, code: str, *, then: str = "/space") -> Page:
        """Log in with number, birth date and code."""
        self.visitor.open("/login")
        return expect(self.visitor.submit({**self._who(), "code": code}), then)

    def choose_code(self) -> Page:
        """Choose a secret code of one's own, as the page in front asks."""
        chosen = self.person.chosen_code
        return expect(self.visitor.submit({"new_code": chosen, "new_code_again": chosen}), "/space")

    def log_out(self) -> Page:
        """Leave the space."""
        return expect(self.visitor.log_out(), "/")

    def enter_for_the_first_time(self) -> Page:
        """From the mail with the code to the private space."""
        self.log_in(self.read_mail("E0").get_secret_code(), then="/account/code")
        return self.choose_code()

    def ask(self) -> tuple[str, str]:
        """File a request.

        Returns:
            Its id and its reference.
        """
        self.open_form()
        page = self.visitor.submit(
            {
                "family_name": self.person.arabic_family_name,
                "given_name": self.person.arabic_given_name,
                "centre": self.person.centre,
            }
        )
        return read_receipt(page)

    def open_form(self) -> Page:
        """Open the form that asks for a certificate, once the service that shows it knows the person."""
        return wait_for(self._form_if_known, "the form that asks for a certificate")

    def _form_if_known(self) -> Page | None:
        page = self.visitor.open("/requests/new")
        return page if page.status == OK and page.path == "/requests/new" else None

    def look_at(self, request_id: str) -> Page:
        """Look at one's request."""
        return expect(self.visitor.open(f"/requests/{request_id}"), f"/requests/{request_id}")

    def wait_for_certificate(self, request_id: str) -> Page:
        """Wait until the private space offers the certificate."""
        wanted = f"/certificates/{request_id}/pdf"

        def look() -> Page | None:
            page = self.visitor.open("/space")
            return page if wanted in page.links else None

        return wait_for(look, "the certificate in the private space")

    def download(self, request_id: str) -> bytes:
        """Download the certificate."""
        pdf = self.visitor.download(f"/certificates/{request_id}/pdf")
        if not pdf.startswith(b"%PDF-"):
            raise WalkFailedError("what was downloaded is no PDF")
        return pdf

    def read_certificate(self, request_id: str) -> tuple[Page, str]:
        """Open the page of one's certificate.

        Returns:
            The page, and the verification code that it shows.
        """
        address = f"/certificates/{request_id}"
        page = expect(self.visitor.open(address), address)
        found = _TYPED_CODE.search(page.text)
        if found is None:
            raise WalkFailedError("the page of the certificate shows no verification code")
        return page, found.group()


OK: Final = 200


def expect(page: Page, path: str) -> Page:
    """The page, where it is the one that had to come.

    Raises:
        WalkFailedError: It is another, or it tells of errors.
    """
    if page.status != OK or page.path != path or page.errors:
        said = "; ".join(page.errors) or page.title
        raise WalkFailedError(f"{path} had to come, but {page.path} came ({page.status}): {said}")
    return page


def read_receipt(page: Page) -> tuple[str, str]:
    """Read request id and reference off the receipt.

    Raises:
        WalkFailedError: The page is no receipt.
    """
    request = _REQUEST.match(page.path)
    reference = _REFERENCE.search(page.text)
    if request is None or reference is None or not page.path.endswith("/receipt"):
        raise WalkFailedError(
            f"no receipt came, but {page.path} ({page.status}): {page.errors or page.title}"
        )
    return request["id"], reference.group()
