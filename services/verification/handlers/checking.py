"""What a typed code comes to, and what a certificate prints for whoever knows its holder's birth date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from libs.chassis.clock import civil_date
from libs.chassis.web.throttle import Limit
from libs.contracts.code import MalformedCode, code_hash, parse, suggest
from libs.contracts.requests import PrintedPerson
from services.verification.domain.certificate import Answer, Verdict, Version, answer_of, is_born_on
from services.verification.errors import BirthDateWrong
from services.verification.ports import Deps

CODES: Final = Limit("codes", most=60, window_s=60)
BIRTH_DATES: Final = Limit("birth-dates", most=30, window_s=3600)
BIRTH_DATES_OF_A_CODE: Final = Limit("birth-dates-of-a-code", most=10, window_s=3600)
_MOST_KEYS: Final = 100


async def list_verifier_keys(deps: Deps) -> Sequence[Mapping[str, str]]:
    """All keys with which QR payloads are checked (RFC 7517)."""
    return [stored.value.jwk for stored in await deps.store.verifier_keys.find_by({}, limit=_MOST_KEYS)]


async def check_code(deps: Deps, typed: str, network: str) -> Answer:
    """Say what a typed code comes to; who asked is counted and not remembered.

    Args:
        deps: The service's parts.
        typed: As somebody typed or pasted it.
        network: Where the question comes from, for the limit.

    Raises:
        TooManyAttempts: Too many codes came from there within a minute.
    """
    await deps.throttle.hit(CODES, network)
    try:
        wanted = code_hash(parse(typed))
    except MalformedCode:
        return Answer(Verdict.MALFORMED, suggestions=suggest(typed))
    found = await _find(deps, wanted)
    if found is None:
        return Answer(Verdict.UNKNOWN)
    version, printed = found
    return answer_of(version, printed, civil_date(deps.clock.now()))


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
    answer = answer_of(version, printed, civil_date(deps.clock.now()))
    if not is_born_on(printed, birth_date) or not answer.content_may_follow:
        raise BirthDateWrong
    return printed


async def _find(deps: Deps, wanted: str) -> tuple[Version, PrintedPerson] | None:
    certificate = await deps.store.find_code(wanted)
    return None if certificate is None else certificate.find_version(wanted)
