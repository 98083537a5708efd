"""The staff: who they are, what they may do and for which centres."""

from __future__ import annotations

from dataclasses import dataclass, replace

from libs.contracts.people import Role


@dataclass(frozen=True)
class StaffMember:
    """One member of the staff.

    Attributes:
        code: What they log in with, in lower case; their address does as well.
        centres: Codes of the centres they work for; empty for those who work for all.
        generation: Sessions of an older one are over.
    """

    code: str
    email: str
    display_name: str
    roles: tuple[Role, ...]
    centres: tuple[str, ...]
    password_digest: str
    active: bool = True
    generation: int = 1

    def with_password(self, digest: str) -> StaffMember:
        """With another password; all sessions are over."""
        return replace(self, password_digest=digest, generation=self.generation + 1)


def login_form(typed: str) -> str:
    """A staff code or address as it is compared: without spaces, in lower case."""
    return "".join(typed.split()).casefold()
