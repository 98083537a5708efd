"""What partners' questions about certificates need."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from libs.chassis.web.quota import QuotaStore
from services.verification.domain.inquiry import Use, UseSum


class Numbers(Protocol):
    """Which version a certificate's number leads to."""

    async def code_hashes_of(self, numbers: Collection[str]) -> Mapping[str, str]:
        """The digest of the newest version's code for each number that is known."""
        ...

    async def may_lack_some(self) -> bool:
        """Whether news of some certificate waits or couldn't be read: a number may be there and not known."""
        ...


class Uses(Protocol):
    """Who asked when, why and how much."""

    async def note(self, use: Use) -> None:
        """Keep it, before anything is answered."""
        ...

    async def sums(
        self, client_id: str | None, since: datetime, until: datetime, limit: int
    ) -> Sequence[UseSum]:
        """Sums of hours, the latest first.

        Args:
            client_id: Whose; None for everybody's.
            since: The first moment.
            until: The moment after the last.
            limit: At most so many.
        """
        ...


@dataclass(frozen=True)
class Inquiries:
    """What partners' questions are answered with, beside the codes.

    Attributes:
        quotas: What each partner has asked today.
    """

    numbers: Numbers
    quotas: QuotaStore
    uses: Uses
