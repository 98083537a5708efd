"""Partners' subscriptions: where events go, how far each has come, and when it is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from libs.contracts.certificates import CertificateStatus
from libs.contracts.partners import PartnerScope
from services.verification.domain.partner import Partner
from services.verification.domain.signatures import Scheme, SigningKey
from services.verification.domain.webhook_address import host_of

MOST_WEBHOOKS: Final = 20
TRIED_FOR: Final = timedelta(hours=72)

_FIRST_WAIT_S: Final = 5.0
_LONGEST_WAIT_S: Final = 3600.0
_LONGEST_REST_S: Final = 300.0
_DOUBLINGS: Final = 12
_SPREAD: Final = 0.2
_LONGEST_ASKED_S: Final = 24 * 3600.0
_DIGITS_OF_A_WAIT: Final = 9


class Mode(StrEnum):
    """What one request carries."""

    SINGLE = "single"
    BATCH = "batch"


class Standing(StrEnum):
    """Whether a subscription is served."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


class Reason(StrEnum):
    """Why a subscription is suspended."""

    ASKED = "asked"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True)
class Keys:
    """What a subscription's webhooks are signed with.

    Attributes:
        present: As `SigningKey` writes it.
        former: The one before, which signs, too, until `former_until`.
    """

    present: str
    former: str | None = None
    former_until: datetime | None = None

    def at(self, now: datetime) -> Sequence[SigningKey]:
        """Those that sign now, the present one first."""
        both = self.former is not None and self.former_until is not None and now < self.former_until
        texts = [self.present, self.former] if both else [self.present]
        return [SigningKey(text) for text in texts if text is not None]


@dataclass(frozen=True)
class Webhook:
    """One subscription of a partner.

    Attributes:
        statuses: Only facts that tell one of these are sent; empty for all.
        changed_at: Since when it stands as it does.
        reason: Why it is suspended.
        detail: What the last attempt came to, where failures suspended it.
        personal: Its keys, stored sealed; None once it is deleted.
    """

    id: str
    client_id: str
    url: str
    statuses: tuple[CertificateStatus, ...]
    mode: Mode
    scheme: Scheme
    created_at: datetime
    changed_at: datetime
    standing: Standing = Standing.ACTIVE
    reason: Reason | None = None
    detail: str = ""
    personal: Keys | None = None

    @property
    def may_be_suspended(self) -> bool:
        """Whether it is served."""
        return self.standing is Standing.ACTIVE

    def suspended(self, reason: Reason, now: datetime, detail: str = "") -> Webhook:
        """No longer served; nothing of what it misses is lost."""
        return replace(self, standing=Standing.SUSPENDED, reason=reason, changed_at=now, detail=detail)

    def resumed(self, now: datetime) -> Webhook:
        """Served again from where it was."""
        return replace(self, standing=Standing.ACTIVE, reason=None, changed_at=now, detail="")

    def deleted(self, now: datetime) -> Webhook:
        """Gone for good, its keys forgotten."""
        return replace(self, standing=Standing.DELETED, reason=None, changed_at=now, detail="", personal=None)

    def rekeyed(self, key: SigningKey, former_until: datetime) -> Webhook:
        """With a new key, beside which the present one goes on signing for a while."""
        former = self.personal.present if self.personal else None
        return replace(self, personal=Keys(key.text, former, former_until))

    def may_be_served(self, partner: Partner | None) -> bool:
        """Whether anything may be sent now: as the partner asked and as identity lets it."""
        return (
            self.standing is Standing.ACTIVE
            and partner is not None
            and not partner.suspended
            and PartnerScope.EVENTS in partner.scopes
            and host_of(self.url) in {host.lower() for host in partner.webhook_hosts}
        )


@dataclass(frozen=True)
class Trouble:
    """What stands between a subscription and its next event.

    Attributes:
        since: When what fails now failed for the first time.
        tries: Failures one after the other, 0 where other events have got through since.
        rest_until: Nothing at all is tried before.
        next_at: When what has failed is tried again, or what came before it waits for its turn.
        reason: What the last failure came to.
    """

    since: datetime
    tries: int
    rest_until: datetime
    next_at: datetime
    reason: str

    def is_hopeless(self, now: datetime) -> bool:
        """Whether it has been tried for as long as anything is."""
        return now >= self.since + TRIED_FOR


@dataclass(frozen=True)
class Held:
    """The first of what waits in order behind something that failed.

    Attributes:
        position: Of its first event.
        tries: How often it has failed.
        since: When it failed first.
        due_at: When it may be tried again.
    """

    position: int
    tries: int
    since: datetime
    due_at: datetime


@dataclass(frozen=True)
class Progress:
    """How far a subscription has come.

    Attributes:
        position: Everything up to here was delivered.
        read_to: Everything up to here was delivered or has failed for now.
        turn: Counts what was decided from outside: replays and fresh starts.
        ahead: What was delivered beyond `position`, out of its turn.
        held: What failed.
        trouble: None while all goes well.
    """

    position: int
    read_to: int
    turn: int = 0
    ahead: tuple[int, ...] = ()
    held: tuple[Held, ...] = ()
    trouble: Trouble | None = None

    @classmethod
    def begun(cls, position: int) -> Progress:
        """Of a subscription that starts behind a position."""
        return cls(position, position)

    def is_due(self, tail: int, now: datetime) -> bool:
        """Whether there's something to send now.

        Args:
            tail: The last position that there is.
            now: The present moment.
        """
        if self.trouble is None:
            return self.position < tail
        news = self.read_to < tail
        return self.trouble.rest_until <= now and (news or self.trouble.next_at <= now)


@dataclass(frozen=True)
class Attempt:
    """One request to a partner and what it came to, as the delivery log keeps it.

    Attributes:
        event_ids: What the request carried.
        tries: Which attempt at this request it was, from 1.
        status: The answer's HTTP status; None where there was no answer.
        outcome: `delivered`, or why it wasn't.
    """

    id: str
    webhook_id: str
    message_id: str
    event_ids: tuple[str, ...]
    tries: int
    at: datetime
    status: int | None
    duration_ms: int
    outcome: str


@dataclass(frozen=True)
class PartnerAnswer:
    """What one request came to.

    Attributes:
        status: The HTTP status; None where there was no answer.
        fault: Why there was none.
        retry_after: The header of that name.
    """

    status: int | None
    duration_ms: int
    fault: str = ""
    retry_after: str | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the partner has it."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def outcome(self) -> str:
        """`delivered`, or why it wasn't."""
        if self.is_taken:
            return "delivered"
        return self.fault if self.status is None else f"http-{self.status}"


def rest_s(tries: int, chance: float, asked_s: float | None = None) -> float:
    """How long nothing at all is tried after so many failures: as `wait_s`, but up to five minutes."""
    return wait_s(tries, chance, asked_s, longest_s=_LONGEST_REST_S)


def wait_s(
    tries: int, chance: float, asked_s: float | None = None, longest_s: float = _LONGEST_WAIT_S
) -> float:
    """How long what failed waits after so many failures: twice as long each time, up to an hour.

    Args:
        tries: Failures one after the other, from 1.
        chance: From 0 up to before 1; spreads the waits by a fifth to both sides, so that partners who were
            down together aren't tried together.
        asked_s: What the partner's `Retry-After` says; never shorter than that, up to a day.
        longest_s: Before it is spread.
    """
    usual: float = min(_FIRST_WAIT_S * 2 ** min(tries - 1, _DOUBLINGS), longest_s)
    spread = usual * (1 - _SPREAD + 2 * _SPREAD * chance)
    return max(spread, min(asked_s or 0.0, _LONGEST_ASKED_S))


def asked_wait_s(retry_after: str | None, now: datetime) -> float | None:
    """What a `Retry-After` header asks for, in seconds (RFC 9110 section 10.2.3), or None."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:_DIGITS_OF_A_WAIT])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)
