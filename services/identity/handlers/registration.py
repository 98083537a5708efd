"""Opening an account, with the same answer and the same work whether the number has one or not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import structlog

from libs.chassis.delivery import Fact
from libs.chassis.errors import Duplicate, Stale
from libs.contracts.identity import (
    CitizenRegistered,
    Language,
    PersonKeyShared,
    RegistrationRepeated,
)
from libs.contracts.people import Identifier
from services.identity.domain.codes import Code
from services.identity.domain.person import Consent, Person, PersonalData
from services.identity.handlers.attempts import count_sending
from services.identity.handlers.persons import (
    Change,
    change_person,
    code_issued,
    new_mailed_code,
    person_state,
)
from services.identity.ports import IDENTIFIER_INDEX, Deps

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Registration:
    """What was filled in, the consent given.

    Attributes:
        network: Where it comes from, for the limit.
    """

    identifier: Identifier
    birth_date: date
    email: str
    language: Language
    network: str


async def register(deps: Deps, registration: Registration) -> None:
    """Open an account and mail its first code; a number that has one only gets its holder warned.

    Raises:
        TooManyAttempts: Too many registrations came from that network.
        Overloaded: Too many hashes are being worked out.
    """
    await count_sending(deps, registration.network)
    digest = deps.lookup(registration.identifier.canonical())
    text, code = await new_mailed_code(deps)
    known = await deps.store.find_person(digest)
    if known is None:
        try:
            await _open_account(deps, registration, digest, text, code)
        except Duplicate as error:
            if error.details["index"] != IDENTIFIER_INDEX:
                raise
            known = await deps.store.find_person(digest)
    if known is not None:
        await _warn(deps, registration, known.id)


async def _open_account(deps: Deps, registration: Registration, digest: str, text: str, code: Code) -> None:
    person_id, now = deps.new_id(), deps.clock.now()
    key = await deps.vault.create(person_id)
    person = Person(
        person_id=person_id,
        identifier_digest=digest,
        language=registration.language,
        consent=Consent(deps.policy.terms_version, now),
        registered_at=now,
        mailed=code,
        personal=PersonalData(registration.identifier, registration.birth_date, registration.email),
    )
    registered = CitizenRegistered(
        person_id=person_id,
        identifier_kind=registration.identifier.kind,
        language=person.language,
        registered_at=now,
    )
    facts = [
        Fact(PersonKeyShared(person_id=person_id, wrapped=dict(deps.share_key(person_id, key)))),
        *person_state(person),
        Fact(registered),
        code_issued(person_id, text, code, "registered"),
    ]
    await deps.store.persons.insert(person_id, person, facts)
    log.info("person.registered", person_id=person_id)


async def _warn(deps: Deps, registration: Registration, person_id: str) -> None:
    now = deps.clock.now()

    def decide(person: Person) -> Change | None:
        warned = person.repeated(registration.birth_date, registration.email, now)
        if warned is None:
            return None
        return warned, [Fact(RegistrationRepeated(person_id=person_id, attempted_at=now))]

    # Whoever was faster five times has warned the holder, or is the holder; the answer stays the same.
    with suppress(Stale):
        await change_person(deps, person_id, decide)
