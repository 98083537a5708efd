"""What a typed code comes to, and what a certificate prints for whoever knows its holder's birth date."""

from __future__ import annotations

from datetime import date
from typing import Final

from libs.chassis.web.errors import TooManyAttempts
from libs.chassis.web.throttle import Limit
from libs.contracts.code import MalformedCode, code_hash, parse
from libs.contracts.requests import PrintedPerson
from services.verification.domain.certificate import (
    Answer,
    Reason,
    Verdict,
    Version,
    answer_of,
    content_may_follow,
    is_born_on,
)
from services.verification.domain.packed import unpack
from services.verification.domain.typed import Malformed, read
from services.verification.errors import BirthDateWrong, CannotSayNow
from services.verification.ports import Deps

BIRTH_DATES: Final = Limit("birth-dates", most=30, window_s=3600)
BIRTH_DATES_OF_A_CODE: Final = Limit("birth-dates-of-a-code", most=10, window_s=3600)


def check_code(deps: Deps, typed: str, network: str) -> Answer:
    """Say what a typed code comes to, from memory alone; who asked for what is nowhere remembered.

    Args:
        deps: The service's parts.
        typed: As somebody typed or pasted it.
        network: Where the question comes from, for the limit of wrong codes.

    Raises:
        TooManyAttempts: Too many wrong codes came from there within a minute.
        CannotSayNow: The model isn't fresh, or what it holds of this code is in doubt.
    """
    found = look_up(deps, read(typed), network)
    if isinstance(found, Malformed):
        return Answer(Verdict.MALFORMED, Reason(f"malformed-{found.fault}"), None, found.suggestions)
    if found is None:
        return Answer(Verdict.UNKNOWN, Reason.UNKNOWN)
    entry = unpack(found)
    return answer_of(entry.version, entry.arabic_initials, entry.latin_initials, deps.calendar.today())


def look_up(deps: Deps, asked: bytes | Malformed, network: str) -> bytes | Malformed | None:
    """The row of a code's key, or None; a known one and an unknown one take the same steps.

    Args:
        deps: The service's parts.
        asked: What was read of the typed text.
        network: Where the question comes from.

    Raises:
        TooManyAttempts: Too many wrong codes came from there within a minute.
        CannotSayNow: The model isn't fresh, or what it holds of this code is in doubt.
    """
    places = deps.misses.find_places(network)
    if places is None:
        raise TooManyAttempts(retry_after_s=deps.misses.retry_after_s())
    if isinstance(asked, Malformed):
        deps.misses.count(places, 1)
        return asked
    if not (deps.codes.is_current and deps.freshness.is_fresh()):
        raise CannotSayNow(reason=Reason.MODEL_STALE.value)
    if deps.codes.is_doubted(asked):
        raise CannotSayNow(reason=Reason.IN_DOUBT.value)
    row = deps.codes.find(asked)
    deps.misses.count(places, row is None)
    return row


async def get_content(deps: Deps, typed: str, birth_date: date, network: str) -> PrintedPerson:
    """What a certificate prints, for whoever has its code and the holder's birth date.

    Raises:
        BirthDateWrong: One of the two is wrong, or the certificate was never or is no longer in force.
        TooManyAttempts: Too many birth dates were tried from there, or for this code, within an hour.
    """
    await deps.throttle.hit(BIRTH_DATES, network)
    try:
        wanted = code_hash(parse(typed))
    except MalformedCode:
        raise BirthDateWrong from None
    await deps.throttle.hit(BIRTH_DATES_OF_A_CODE, wanted)
    found = await _find(deps, wanted)
    if found is None:
        raise BirthDateWrong
    version, printed = found
    in_force_once = content_may_follow(version.verdict(deps.calendar.today()))
    if not is_born_on(printed, birth_date) or not in_force_once:
        raise BirthDateWrong
    return printed


async def _find(deps: Deps, wanted: str) -> tuple[Version, PrintedPerson] | None:
    certificate = await deps.store.find_code(wanted)
    return None if certificate is None else certificate.find_version(wanted)
