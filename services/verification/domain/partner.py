"""A partner's system, as identity tells of it: why it may ask, what for, and whether it may at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from libs.contracts.partners import PartnerPurpose, PartnerScope


@dataclass(frozen=True)
class Partner:
    """A partner.

    Attributes:
        scopes: What its tokens may be good for.
        purposes: Why it may ask; each question names one by its code.
        webhook_hosts: Hosts to which its events may be sent.
        daily_quota: Certificates that it may ask about in a day.
        tokens_since: Tokens issued before are refused.
        suspended_at: Since when it may do nothing; None where it may.
    """

    client_id: str
    name: str
    scopes: tuple[PartnerScope, ...]
    purposes: tuple[PartnerPurpose, ...]
    webhook_hosts: tuple[str, ...]
    daily_quota: int
    tokens_since: datetime
    suspended_at: datetime | None = None

    @property
    def suspended(self) -> bool:
        """Whether it may do nothing."""
        return self.suspended_at is not None

    def takes(self, issued_at: datetime) -> bool:
        """Whether a token of that time is still good for anything."""
        return not self.suspended and issued_at >= self.tokens_since

    def has_purpose(self, code: str) -> bool:
        """Whether that is one of the reasons for which it may ask."""
        return any(purpose.code == code for purpose in self.purposes)
