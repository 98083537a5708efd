"""Who is calling: what a verified session says of the person or staff member behind a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CallerKind = Literal["person", "staff", "anonymous"]


@dataclass(frozen=True)
class Caller:
    """Whoever sent the request.

    Attributes:
        kind: Whether it is a person with an account, one of the staff, or nobody known.
        id: The person's or the staff member's id; empty for nobody.
        roles: Plain strings; for staff only those that they still hold.
        centres: Codes of the centres that a staff member works for.
        session_id: The session that the token belongs to; empty for nobody.
        authenticated_at: When a secret was last asked for and given; None for nobody.
    """

    kind: CallerKind
    id: str = ""
    roles: frozenset[str] = frozenset()
    centres: frozenset[str] = frozenset()
    session_id: str = ""
    authenticated_at: datetime | None = None

    @property
    def signed_in(self) -> bool:
        """True for anybody but an anonymous visitor."""
        return self.kind != "anonymous"


ANONYMOUS = Caller("anonymous")
