"""What may go wrong on the way, told in words for whoever watches."""

from __future__ import annotations

from deploy.local.errors import LocalPlatformError


class WalkFailedError(LocalPlatformError):
    """A page, a mail or a document isn't what the journey needs."""


class Unanswerable(WalkFailedError):
    """An answer was given that the page's form doesn't ask for or doesn't offer."""
