"""Partners ask how certificates stand: for a registered purpose, within a quota, only while all is fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from libs.chassis.clock import CIVIL_ZONE
from libs.chassis.web.quota import Allowance, QuotaUsedUp
from services.verification.domain.certificate import Answer, Reason, Verdict, answer_of
from services.verification.domain.inquiry import NOT_KNOWN, Asked, InDoubt, Statement, Use, plain_number
from services.verification.domain.packed import unpack
from services.verification.domain.partner import Partner
from services.verification.domain.typed import Malformed, key_of, read
from services.verification.errors import CannotSayNow, PurposeUnknown
from services.verification.ports import Deps

#: So many are looked up before other requests have their turn.
_AT_ONCE: Final = 50
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Statements:
    """What is said, in the order of the questions.

    Attributes:
        as_of: Everything that was committed by then is heeded.
        allowance: What is left of the partner's day.
    """

    as_of: datetime
    statements: Sequence[Statement]
    allowance: Allowance


async def tell_statuses(deps: Deps, partner: Partner, purpose: str, asked: Sequence[Asked]) -> Statements:
    """Say how certificates stand.

    Args:
        deps: The service's parts.
        partner: Who asks.
        purpose: The code of the registered reason for which it asks.
        asked: At least one.

    Raises:
        PurposeUnknown: It may not ask for that.
        QuotaUsedUp: It has asked too much today; nothing of this counts.
        CannotSayNow: The model isn't fresh; nothing of this counts.
    """
    if not partner.has_purpose(purpose):
        raise PurposeUnknown
    as_of = _as_of(deps)
    allowance = await _take(deps, partner, len(asked))
    try:
        statements = await _look_up_all(deps, asked)
    except CannotSayNow:
        await deps.inquiries.quotas.give_back(_day_of(deps, partner)[0], len(asked))
        raise
    unknown = sum(isinstance(told, Answer) and told.verdict is Verdict.UNKNOWN for told in statements)
    use = Use(partner.client_id, purpose, deps.clock.now(), len(asked), unknown)
    await deps.inquiries.uses.note(use)
    return Statements(as_of, statements, allowance)


def _as_of(deps: Deps) -> datetime:
    as_of_s = deps.freshness.as_of_s()
    _assure_fresh(deps)
    if as_of_s is None:
        raise CannotSayNow(reason=Reason.MODEL_STALE.value)
    return deps.clock.now() - timedelta(seconds=as_of_s)


def _assure_fresh(deps: Deps) -> None:
    if not (deps.codes.is_current and deps.freshness.is_fresh()):
        raise CannotSayNow(reason=Reason.MODEL_STALE.value)


async def _take(deps: Deps, partner: Partner, amount: int) -> Allowance:
    """Take from the partner's day, all or nothing."""
    key, ends_at = _day_of(deps, partner)
    most = partner.daily_quota
    taken = await deps.inquiries.quotas.take(key, amount, most, ends_at + _DAY)
    resets_in_s = max(1, int((ends_at - deps.clock.now()).total_seconds()))
    left = max(0, most - taken.count)
    allowance = Allowance("day", most, left, resets_in_s, int(_DAY.total_seconds()))
    if not taken.granted:
        raise QuotaUsedUp(allowance)
    return allowance


def _day_of(deps: Deps, partner: Partner) -> tuple[str, datetime]:
    """The key of the partner's day, in Morocco, and when it ends."""
    today = deps.calendar.today()
    return f"{partner.client_id} {today.isoformat()}", datetime.combine(today + _DAY, time(), CIVIL_ZONE)


async def _look_up_all(deps: Deps, asked: Sequence[Asked]) -> Sequence[Statement]:
    """Look all up; what the database is asked for comes first, since freshness was asked before it."""
    numbers = {plain_number(each.number) for each in asked if each.number is not None}
    # Doubts before numbers: news that is understood in between is then found.
    may_lack_some = bool(numbers) and await deps.inquiries.numbers.may_lack_some()
    codes = await deps.inquiries.numbers.code_hashes_of(numbers)
    statements: list[Statement] = []
    for begin in range(0, len(asked), _AT_ONCE):
        _assure_fresh(deps)
        statements += [_look_up(deps, each, codes, may_lack_some) for each in asked[begin : begin + _AT_ONCE]]
        await asyncio.sleep(0)
    return statements


def _look_up(deps: Deps, asked: Asked, codes: Mapping[str, str], may_lack_some: bool) -> Statement:  # noqa: FBT001
    if asked.number is not None:
        code_hash = codes.get(plain_number(asked.number))
        if code_hash is None:
            return InDoubt() if may_lack_some else NOT_KNOWN
        return _state(deps, key_of(code_hash))
    typed = read(asked.code or "")
    if isinstance(typed, Malformed):
        return Answer(Verdict.MALFORMED, Reason(f"malformed-{typed.fault}"), None, typed.suggestions)
    return _state(deps, typed)


def _state(deps: Deps, key: bytes) -> Statement:
    if deps.codes.is_doubted(key):
        return InDoubt()
    row = deps.codes.find(key)
    if row is None:
        return NOT_KNOWN
    return answer_of(unpack(row).version, "", "", deps.calendar.today())
