"""What a QR code comes to, decided without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from khadamaty_verify.keys import KeySet, is_signed_by
from khadamaty_verify.lists import Status, StatusList, StatusLists
from khadamaty_verify.payload import DAY_S, Claims, Malformed, read

CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)


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
    return _judged(payload.claims, lists or StatusLists(), now or datetime.now(UTC))


def _judged(claims: Claims, lists: StatusLists, now: datetime) -> Verdict:
    """What a genuine code comes to."""
    found = lists.find(claims.status_index)
    if now.timestamp() < claims.issued_s - DAY_S:
        return Verdict(Reason.WRONG_CLOCK, claims)
    expired = claims.expires_s is not None and now.timestamp() >= claims.expires_s
    if found is None:
        return Verdict(Reason.EXPIRED if expired else Reason.NO_LIST, claims)
    held, status = found
    if now < held.as_of - CLOCKS_DIFFER_BY:
        return Verdict(Reason.WRONG_CLOCK, claims, held.as_of)
    reason = _settled(claims, held, status)
    if reason is None and held.is_stale(now):
        reason = Reason.EXPIRED if expired else Reason.STALE_LIST
    if reason is None and status is Status.SUSPENDED:
        reason = Reason.SUSPENDED
    return Verdict(reason or (Reason.EXPIRED if expired else Reason.VALID), claims, held.as_of)


def _settled(claims: Claims, held: StatusList, status: Status | None) -> Reason | None:
    """What a list says however old it is, or None where that depends on its age."""
    if status is Status.SUPERSEDED:
        return Reason.SUPERSEDED
    # A list that was made before the day of issue had ended may not know the document yet.
    is_younger = held.as_of.timestamp() < claims.issued_s + DAY_S
    if status is None or (status is Status.INVALID and is_younger):
        return Reason.NOT_IN_LIST
    return Reason.REVOKED if status is Status.INVALID else None
