"""A partner's system: what it may do, the public keys by which it proves itself, and its suspension."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from libs.contracts.partners import CLIENT_ID_PATTERN, PartnerPurpose, PartnerScope
from services.identity.domain.client_keys import ClientKey
from services.identity.errors import PartnerTermsUnusable

MOST_PURPOSES: Final = 20
MOST_HOSTS: Final = 20
MOST_ASKED_A_DAY: Final = 10_000_000
LONGEST_NAME: Final = 200

_CLIENT_ID: Final = re.compile(CLIENT_ID_PATTERN)
_HOST: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)


@dataclass(frozen=True)
class PartnerTerms:
    """What was agreed with a partner.

    Attributes:
        purposes: Why it may ask, each under the code by which it is named.
        scopes: What its tokens may be good for.
        webhook_hosts: Hosts to which its events may be sent.
        daily_quota: Certificates that it may ask about in a day.
    """

    display_name: str
    purposes: tuple[PartnerPurpose, ...]
    scopes: tuple[PartnerScope, ...]
    webhook_hosts: tuple[str, ...] = ()
    daily_quota: int = 0

    def check(self) -> None:
        """Refuse what can't be agreed.

        Raises:
            PartnerTermsUnusable: `details["field"]` says where the fault is.
        """
        codes = [purpose.code for purpose in self.purposes]
        faults = {
            "display_name": not self.display_name.strip() or len(self.display_name) > LONGEST_NAME,
            "purposes": not codes or len(codes) > MOST_PURPOSES or len(set(codes)) < len(codes),
            "scopes": not self.scopes or len(set(self.scopes)) < len(self.scopes),
            "webhook_hosts": len(self.webhook_hosts) > MOST_HOSTS
            or not all(_HOST.fullmatch(host) for host in self.webhook_hosts),
            "daily_quota": not 0 <= self.daily_quota <= MOST_ASKED_A_DAY,
        }
        for field, at_fault in faults.items():
            if at_fault:
                raise PartnerTermsUnusable(field=field)


@dataclass(frozen=True)
class Partner:
    """A registered partner.

    Attributes:
        keys: Public keys, one of which signs its assertions; two overlap while it changes them.
        tokens_since: Tokens issued before are refused.
        kafka_principal: Its user on the broker; None where it has none.
        suspended_at: Since when it may do nothing; None where it may.
    """

    terms: PartnerTerms
    keys: tuple[ClientKey, ...]
    registered_at: datetime
    tokens_since: datetime
    kafka_principal: str | None = None
    suspended_at: datetime | None = None

    @classmethod
    def register(cls, terms: PartnerTerms, keys: tuple[ClientKey, ...], now: datetime) -> Partner:
        """A partner that begins now.

        Raises:
            PartnerTermsUnusable: Something can't be agreed.
        """
        terms.check()
        return cls(terms, keys, registered_at=now, tokens_since=_second(now))

    @property
    def suspended(self) -> bool:
        """Whether it may do nothing."""
        return self.suspended_at is not None

    def find_key(self, key_id: str) -> ClientKey | None:
        """Its key of that id, or None."""
        return next((key for key in self.keys if key.key_id == key_id), None)

    def suspend(self, now: datetime) -> Partner:
        """After its suspension: nothing is left of its access, the broker's user included."""
        return self if self.suspended else replace(self, suspended_at=now, kafka_principal=None)

    def resume(self, now: datetime) -> Partner:
        """After a suspension's end; tokens of before it stay dead."""
        return replace(self, suspended_at=None, tokens_since=_second(now)) if self.suspended else self

    def rotate(self, keys: tuple[ClientKey, ...], now: datetime) -> Partner:
        """With other keys; where a key went away, so do the tokens that it brought."""
        kept = all(key in keys for key in self.keys)
        return replace(self, keys=keys, tokens_since=self.tokens_since if kept else _second(now))

    def admit(self, kafka_principal: str) -> Partner:
        """With a user on the broker."""
        return replace(self, kafka_principal=kafka_principal)


def is_client_id(text: str) -> bool:
    """Whether a client may have that id."""
    return _CLIENT_ID.fullmatch(text) is not None


def _second(moment: datetime) -> datetime:
    """A token tells its time of issue in whole seconds: one of the same second isn't older."""
    return moment.replace(microsecond=0)
