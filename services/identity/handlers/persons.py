"""What several use cases do with a person's account: mailed codes, and saving over a race."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from libs.chassis.delivery import Fact
from libs.chassis.errors import Stale
from libs.contracts.identity import PersonState, SecretCode, SecretCodeIssued
from libs.contracts.people import PersonDetails
from services.identity.domain.codes import RANDOM_BYTES, Code, CodeKind, make_code, printed
from services.identity.domain.person import Person
from services.identity.ports import Deps

_TRIES = 5

Change = tuple[Person, Sequence[Fact]]
"""A person as it shall be, and the facts that tell it."""


async def change_person(deps: Deps, person_id: str, decide: Callable[[Person], Change | None]) -> Person:
    """Load, decide and save, again if somebody else was faster.

    Args:
        deps: The parts.
        person_id: Whom to change.
        decide: The present person to the change; None leaves it as it is.

    Raises:
        NotFound: There's no such person.
        Stale: Others were faster five times.
    """
    for attempt in range(1, _TRIES + 1):
        stored = await deps.store.persons.get(person_id)
        change = decide(stored.value)
        if change is None:
            return stored.value
        try:
            return (await deps.store.persons.save(stored, *change)).value
        except Stale:
            if attempt == _TRIES:
                raise
    raise Stale


async def new_mailed_code(deps: Deps) -> tuple[str, Code]:
    """A new single-use code: as it is mailed, and as it is kept."""
    code = make_code(deps.random(RANDOM_BYTES))
    now = deps.clock.now()
    digest = await deps.hasher.hash_secret(code)
    return printed(code), Code(CodeKind.MAILED, digest, now, expires_at=now + deps.policy.code_ttl)


def code_issued(
    person_id: str, text: str, code: Code, reason: Literal["registered", "forgotten", "locked"]
) -> Fact:
    """The fact that a code must reach its holder.

    Raises:
        ValueError: The code is one that doesn't expire.
    """
    if code.expires_at is None:
        raise ValueError("only a mailed code is issued")
    event = SecretCodeIssued(person_id=person_id, reason=reason, expires_at=code.expires_at)
    return Fact(event, secret=SecretCode(code=text))


def person_state(person: Person) -> list[Fact]:
    """What neighbours keep of the person, as it stands now; nothing once the key is destroyed."""
    known = person.personal
    if known is None:
        return []
    event = PersonState(person_id=person.person_id, language=person.language)
    details = PersonDetails(identifier=known.identifier, birth_date=known.birth_date, email=known.email)
    return [Fact(event, secret=details)]
