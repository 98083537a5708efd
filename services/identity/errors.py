"""What identity refuses, each with its slug; the words are in the catalogues under `error.<slug>`."""

from __future__ import annotations

from typing import Literal

from libs.chassis.errors import Permanent

OAuthError = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_scope",
    "invalid_target",
    "unauthorized_client",
    "unsupported_grant_type",
]
Weakness = Literal["short", "long", "uniform", "personal", "common"]


class LoginRefused(Permanent):
    """Number, birth date and code don't belong together; it never says which of them is wrong."""

    slug = "login-refused"


class StaffLoginRefused(Permanent):
    """Staff code and password don't belong together."""

    slug = "staff-login-refused"


class OldCodeWrong(Permanent):
    """The present code that must be given to change it is another one."""

    slug = "old-code-wrong"


class CodeTooWeak(Permanent):
    """A chosen code is easy to guess; `weakness` says why."""

    slug = "code-too-weak"

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(weakness=weakness)
        self.weakness: Weakness = weakness


class SessionOver(Permanent):
    """The session was ended, or it rested or lasted too long."""

    slug = "session-over"
    status = 401


class CodeMustBeChosen(Permanent):
    """Nothing else may be done before a code of one's own is chosen."""

    slug = "code-must-be-chosen"
    status = 403


class IdentifierUnreadable(Permanent):
    """What came is no number of that kind; `details["field"]` says where the fault is."""

    slug = "identifier-unreadable"


class TokenRequestRefused(Permanent):
    """A partner's system is given no token; `code` says why in the words of RFC 6749 section 5.2."""

    slug = "token-request-refused"
    status = 400

    def __init__(self, code: OAuthError, description: str = "") -> None:
        super().__init__(code=code)
        self.code: OAuthError = code
        self.description = description


class PartnerTermsUnusable(Permanent):
    """Something of what shall be agreed with a partner can't be; `details["field"]` says where."""

    slug = "partner-terms-unusable"


class ClientKeysUnusable(Permanent):
    """A partner's key set isn't one of public keys that its assertions may be checked with."""

    slug = "client-keys-unusable"


class PartnerSuspended(Permanent):
    """A suspended partner is given nothing."""

    slug = "partner-suspended"
    status = 409
