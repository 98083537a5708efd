"""Sessions, kept on the server: how long they rest and last, and what ends them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)


@dataclass(frozen=True)
class Session:
    """One login.

    Attributes:
        owner_id: The person's or the staff member's id.
        generation: The owner's at login; a change of code makes older sessions end.
        used_at: When a token was last issued for it.
        authenticated_at: When the secret was asked for and given.
        must_choose: The login was by a mailed code: a code has to be chosen before anything else.
    """

    kind: Literal["person", "staff"]
    owner_id: str
    generation: int
    started_at: datetime
    used_at: datetime
    authenticated_at: datetime
    must_choose: bool = False
    ended_at: datetime | None = None

    @classmethod
    def begin(
        cls,
        kind: Literal["person", "staff"],
        owner_id: str,
        generation: int,
        now: datetime,
        *,
        must_choose: bool = False,
    ) -> Session:
        """A session that begins with a secret just given."""
        return cls(kind, owner_id, generation, now, now, now, must_choose)

    def is_live(self, generation: int, now: datetime) -> bool:
        """Whether it goes on: neither ended nor outdated, rested under 30 minutes, lasted under 12 hours.

        Args:
            generation: The owner's present one.
            now: The moment.
        """
        rested, lasted = now - self.used_at, now - self.started_at
        return self.ended_at is None and self.generation == generation and rested < IDLE and lasted < ABSOLUTE

    def used(self, now: datetime) -> Session:
        """After a token was issued for it."""
        return replace(self, used_at=now)

    def ended(self, now: datetime) -> Session:
        """After its end."""
        return self if self.ended_at is not None else replace(self, ended_at=now)
