"""What the web layer itself refuses; every slug has its words under `error.<slug>` in the catalogues."""

from __future__ import annotations

from collections.abc import Mapping

from libs.chassis.errors import Overloaded, Permanent


class NotSignedIn(Permanent):
    """The route is for known callers and no usable session came."""

    slug = "not-signed-in"
    status = 401


class SessionExpired(NotSignedIn):
    """The session's token is genuine and its quarter of an hour is over."""

    slug = "session-expired"


class NotFresh(NotSignedIn):
    """The route asks for a recent proof of identity (RFC 9470) and the last one is too old."""

    slug = "not-fresh"


class Forbidden(Permanent):
    """The caller is known and may not do this."""

    slug = "forbidden"
    status = 403


class TokenMissing(Permanent):
    """The route is for machines and no token came; the challenge names no error (RFC 6750 section 3.1)."""

    slug = "token-missing"
    status = 401


class TokenRefused(Permanent):
    """A machine's token isn't genuine, is for another interface, has expired, or its client is suspended."""

    slug = "token-refused"
    status = 401

    @property
    def headers(self) -> Mapping[str, str]:
        """The challenge (RFC 6750 section 3)."""
        return {"www-authenticate": 'Bearer error="invalid_token"'}


class ScopeMissing(Permanent):
    """A machine's token is good for other things; `details["scope"]` is what it lacks."""

    slug = "scope-missing"
    status = 403

    @property
    def headers(self) -> Mapping[str, str]:
        """The challenge (RFC 6750 section 3)."""
        return {"www-authenticate": f'Bearer error="insufficient_scope", scope="{self.details["scope"]}"'}


class CrossSite(Permanent):
    """A request that changes something came from another site, or doesn't say where it comes from."""

    slug = "cross-site"
    status = 403


class BadRequest(Permanent):
    """The request can't be read."""

    slug = "bad-request"
    status = 400


class MethodNotAllowed(Permanent):
    """The path exists and doesn't know that method."""

    slug = "method-not-allowed"
    status = 405


class TooLarge(Permanent):
    """The body is bigger than the route accepts."""

    slug = "too-large"
    status = 413


class TooManyAttempts(Permanent):
    """A limit was passed; `details["retry_after_s"]` says when to come back."""

    slug = "too-many-attempts"
    status = 429


CHASSIS_SLUGS = (
    "not-signed-in",
    "session-expired",
    "not-fresh",
    "forbidden",
    "token-missing",
    "token-refused",
    "scope-missing",
    "quota-used-up",
    "cross-site",
    "bad-request",
    "method-not-allowed",
    "too-large",
    "too-many-attempts",
    "invalid",
    "not-found",
    "changed-meanwhile",
    "duplicate",
    "unavailable",
    "not-yet",
    "key-missing",
    "sequence-gap",
    "overloaded",
    "dependency-down",
    "internal",
)
"""Every slug that the chassis can show; the shared catalogues must have words for each."""

__all__ = [
    "CHASSIS_SLUGS",
    "BadRequest",
    "CrossSite",
    "Forbidden",
    "MethodNotAllowed",
    "NotFresh",
    "NotSignedIn",
    "Overloaded",
    "ScopeMissing",
    "SessionExpired",
    "TokenMissing",
    "TokenRefused",
    "TooLarge",
    "TooManyAttempts",
]
