"""Hands mails to an SMTP server (RFC 5321)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from services.notifications.errors import MailDeferred, MailRefused, MailServerDown
from services.notifications.ports import Mail, MailSession

# Below the lease of a claimed message, so that no other process takes it up while this one still talks.
MOST_FOR_ONE_MAIL_S: Final = 50.0

_CLOSING: Final = 421
_PERMANENT: Final = 500


@dataclass(frozen=True)
class Server:
    """Where mails are handed in.

    Attributes:
        security: `tls` from the start, `starttls` before anything is said, or `plain`.
        timeout_s: For each step of the conversation.
    """

    host: str
    port: int
    security: str = "plain"
    user: str | None = None
    password: str | None = None
    timeout_s: float = 20.0


class SmtpPostOffice:
    """Opens a new connection for each session: one that lives long can hang when it is used again.

    Args:
        server: Where mails are handed in.
        sender: The address that mails come from.
        sender_name: Shown beside it.
    """

    def __init__(self, server: Server, sender: str, sender_name: str) -> None:
        self._server = server
        self._sender = Address(sender_name, addr_spec=sender)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[MailSession]:
        """Open a conversation, which ends with the block.

        Raises:
            MailServerDown: The server doesn't answer as it should.
        """
        client = SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password,
            timeout=self._server.timeout_s,
            use_tls=self._server.security == "tls",
            start_tls=self._server.security == "starttls",
        )
        try:
            await client.connect()
        except (SMTPException, OSError) as error:
            raise MailServerDown(cause=type(error).__name__) from error
        try:
            yield _SmtpSession(client, self._sender)
        finally:
            await _part_from(client)


class _SmtpSession:
    def __init__(self, client: SMTP, sender: Address) -> None:
        self._client = client
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Hand a mail over.

        Raises:
            MailRefused: It will never be taken.
            MailDeferred: It isn't taken now; the conversation goes on.
            MailServerDown: The conversation has ended.
        """
        try:
            written = written_out(mail, self._sender)
        except (ValueError, IndexError) as error:
            raise MailRefused(cause=type(error).__name__) from error
        try:
            async with asyncio.timeout(MOST_FOR_ONE_MAIL_S):
                await self._client.send_message(
                    written, sender=self._sender.addr_spec, recipients=[mail.recipient]
                )
        except (SMTPException, ValueError, OSError) as error:
            raise _told(error) from error


def written_out(mail: Mail, sender: Address) -> EmailMessage:
    """A mail with its headers and both of its forms.

    Raises:
        ValueError: The recipient is no address that could stand in a header.
    """
    written = EmailMessage(policy=SMTP_POLICY)
    written["From"] = sender
    written["To"] = Address(addr_spec=mail.recipient)
    written["Subject"] = mail.letter.subject
    written["Date"] = mail.date
    written["Message-ID"] = f"<{mail.message_id}@{sender.domain}>"
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(mail.letter.text)
    written.add_alternative(mail.letter.html, subtype="html")
    # Setting the content moves every header about content into the parts; the language is the whole mail's.
    written["Content-Language"] = mail.letter.language
    return written


def _told(error: Exception) -> MailRefused | MailDeferred | MailServerDown:
    """What an error of the conversation means for the mail."""
    if isinstance(error, SMTPRecipientsRefused):
        return _told(error.recipients[0])
    if isinstance(error, (SMTPServerDisconnected, SMTPTimeoutError)):
        return MailServerDown(cause=type(error).__name__)
    if isinstance(error, SMTPResponseException):
        return _told_by_reply(error)
    if isinstance(error, (SMTPNotSupported, ValueError)):
        return MailRefused(cause=type(error).__name__)
    return MailServerDown(cause=type(error).__name__)


def _told_by_reply(error: SMTPResponseException) -> MailRefused | MailDeferred | MailServerDown:
    if error.code == _CLOSING:
        return MailServerDown(reply=error.code)
    # A refused sender is our own mistake in the settings, which no single mail should pay for.
    if error.code >= _PERMANENT and not isinstance(error, SMTPSenderRefused):
        return MailRefused(reply=error.code)
    return MailDeferred(reply=error.code)


async def _part_from(client: SMTP) -> None:
    if not client.is_connected:
        return
    try:
        await client.quit()
    except (SMTPException, OSError):
        client.close()
