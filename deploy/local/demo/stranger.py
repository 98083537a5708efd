"""Somebody who was shown a certificate and wants to know what it is worth."""

from __future__ import annotations

from datetime import date

from deploy.local.demo.errors import WalkFailedError
from deploy.local.demo.page import Page
from deploy.local.demo.visitor import Visitor
from deploy.local.demo.waiting import wait_for


class Stranger:
    """A visitor without an account.

    Args:
        visitor: With a browser or without.
    """

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    def verify(self, code: str, birth_date: date | None = None) -> Page:
        """Type the code, then the birth date where it is known, and read the answer."""
        self.visitor.open("/verify")
        page = self.visitor.submit({"code": code})
        return page if birth_date is None else self.visitor.submit({"birth_date": birth_date})

    def wait_until_valid(self, code: str, number: str) -> Page:
        """Type the code until the public page knows it.

        Raises:
            WalkFailedError: It stays unknown.
        """

        def look() -> Page | None:
            page = self.verify(code)
            return page if number in page.text else None

        return wait_for(look, f"the public page's answer about {number}")

    def expect_unknown(self, code: str, number: str) -> Page:
        """Type a code that nobody was given.

        Raises:
            WalkFailedError: The answer speaks of a certificate.
        """
        page = self.verify(code)
        if number in page.text:
            raise WalkFailedError("an unknown code told of a certificate")
        return page
