"""Reads what the mail catcher took, as each addressee would."""

from __future__ import annotations

import re
import ssl
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx

from deploy.local.demo.errors import WalkFailedError

WAIT_S: Final = 30.0
POLL_S: Final = 0.05
_SECRET_CODE: Final = re.compile(r"(?<![\w-])[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])")


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived."""

    id: str
    subject: str
    text: str
    html: str
    message_id: str

    def get_secret_code(self) -> str:
        """The secret code that it carries.

        Raises:
            WalkFailedError: It carries none.
        """
        found = _SECRET_CODE.search(self.text)
        if found is None:
            raise WalkFailedError(f"the mail «{self.subject}» carries no secret code")
        return found.group()


class Mailbox:
    """The mails to one address.

    Args:
        catcher_url: The catcher's web page.
        address: Whose mails.
    """

    def __init__(self, catcher_url: str, address: str) -> None:
        self.address = address
        self._client = httpx.Client(
            base_url=catcher_url, timeout=WAIT_S, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def mails(self) -> list[Mail]:
        """All mails to this address, the oldest first."""
        found: list[dict[str, Any]] = self._client.get("api/email").raise_for_status().json()
        return [_read(mail) for mail in found if self._is_addressed(mail)]

    def _is_addressed(self, mail: dict[str, Any]) -> bool:
        return any(to.get("address", "").lower() == self.address.lower() for to in mail.get("to", ()))

    def wait_for(self, subject: str, count: int = 1) -> Mail:
        """Wait for a mail of that subject.

        Args:
            subject: The whole subject.
            count: The how manieth of them.

        Raises:
            WalkFailedError: It doesn't come.
        """
        deadline = time.monotonic() + WAIT_S
        while True:
            mails = self.mails()
            found = [mail for mail in mails if mail.subject == subject]
            if len(found) >= count:
                return found[count - 1]
            if time.monotonic() > deadline:
                came = ", ".join(f"«{mail.subject}»" for mail in mails) or "nothing"
                raise WalkFailedError(f"no mail «{subject}» came within {WAIT_S:g} s; what came: {came}")
            time.sleep(POLL_S)


def _read(mail: dict[str, Any]) -> Mail:
    headers = {name.lower(): value for name, value in mail.get("headers", {}).items()}
    return Mail(
        id=str(mail["id"]),
        subject=str(mail.get("subject", "")),
        text=str(mail.get("text", "")),
        html=str(mail.get("html", "")),
        message_id=str(headers.get("message-id", "")),
    )
