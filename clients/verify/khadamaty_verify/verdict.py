"""What a QR code comes to, decided without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from khadamaty_verify.keys import KeySet, is_signed_by
from khadamaty_verify.lists import Status, StatusList, StatusLists
from khadamaty_verify.payload import DAY_S, Claims, Malformed, read

CLOCKS_DIFFER_BY: Final = timedelta(minutes=10)


class Reason(StrEnum):
    """What a code comes to, and why; only `VALID` is good."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    FORGED = "forged"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown-key"
    STALE_LIST = "stale-list"
    NOT_IN_LIST = "not-in-list"
    NO_LIST = "no-list"
    WRONG_CLOCK = "wrong-clock"


_SAID_AT_ONCE: Final = {Status.SUSPENDED: Reason.SUSPENDED, Status.SUPERSEDED: Reason.SUPERSEDED}


@dataclass(frozen=True)
class Verdict:
    """The answer.

    Attributes:
        claims: What the code says; None unless its signature is genuine.
        as_of: The moment up to which the list is true that was asked; None where none was.
    """

    reason: Reason
    claims: Claims | None = None
    as_of: datetime | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the document is genuine and was in force as of that moment."""
        return self.reason is Reason.VALID


def verify(
    text: str,
    keys: KeySet,
    status_list: StatusLists | StatusList | None = None,
    now: datetime | None = None,
) -> Verdict:
    """What a scanned code comes to.

    Args:
        text: What the QR code holds, or the digits behind its `#`.
        keys: As fetched.
        status_list: As fetched; without one nothing is ever valid.
        now: The moment to judge by, with its zone; None for this machine's clock.
    """
    try:
        payload = read(text)
    except Malformed:
        return Verdict(Reason.MALFORMED)
    key = keys.payloads.get(payload.message.key_id)
    if key is None:
        return Verdict(Reason.UNKNOWN_KEY)
    if not is_signed_by(payload.message, key):
        return Verdict(Reason.FORGED)
    lists = StatusLists.of([status_list]) if isinstance(status_list, StatusList) else status_list
    held, status = (lists or StatusLists()).find(payload.claims.status_index) or (None, None)
    reason = _judged(payload.claims, held, status, now or datetime.now(UTC))
    return Verdict(reason, payload.claims, held.as_of if held else None)


def _judged(claims: Claims, held: StatusList | None, status: Status | None, now: datetime) -> Reason:
    """What a genuine code comes to: first what is certain, then what can't be said, "valid" last."""
    if status in _SAID_AT_ONCE:
        return _SAID_AT_ONCE[status]
    if status is Status.INVALID and not _may_be_younger(claims, held):
        return Reason.REVOKED
    if claims.expires_s is not None and now.timestamp() >= claims.expires_s:
        return Reason.EXPIRED
    return Reason.NO_LIST if held is None else _sayable(held, status, now)


def _sayable(held: StatusList, status: Status | None, now: datetime) -> Reason:
    """What a list still allows to be said of a document that it doesn't tell anything against."""
    if now < held.as_of - CLOCKS_DIFFER_BY:
        return Reason.WRONG_CLOCK
    if status is not Status.VALID:
        return Reason.NOT_IN_LIST
    return Reason.STALE_LIST if held.is_stale(now) else Reason.VALID


def _may_be_younger(claims: Claims, held: StatusList | None) -> bool:
    """Whether the list was made before the day of issue had ended: the place may have been nobody's then."""
    return held is not None and held.as_of.timestamp() < claims.issued_s + DAY_S
