"""What may go wrong when a mail is handed over; none of it is shown to a visitor."""

from __future__ import annotations

from libs.chassis.errors import Permanent, Retryable


class MailRefused(Permanent):
    """The server will never take this mail; `details["reply"]` is its reply code, if it gave one."""

    slug = "mail-refused"


class MailDeferred(Retryable):
    """The server doesn't take this mail now; `details["reply"]` is its reply code."""

    slug = "mail-deferred"


class MailServerDown(Retryable):
    """The conversation broke off: whether a mail in hand was taken isn't known."""

    slug = "mail-server-down"
