"""Logging in with number, birth date and code, all three, and one answer for whatever is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.errors import Stale
from libs.contracts.people import Identifier
from services.identity.domain.codes import Code, CodeKind, chosen_form
from services.identity.domain.person import Person
from services.identity.domain.session import Session
from services.identity.errors import LoginRefused
from services.identity.handlers.attempts import count_as_right, count_login
from services.identity.handlers.persons import Change, change_person, code_issued, new_mailed_code
from services.identity.handlers.sessions import Entrance, end_session, end_sessions_of, open_session
from services.identity.ports import Deps

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Login:
    """What was filled in.

    Attributes:
        network: Where it comes from, for the limit.
        replaced_session_id: The browser's session until now, which ends with this login.
    """

    identifier: Identifier
    birth_date: date
    code: str
    network: str
    replaced_session_id: str = ""


async def log_in(deps: Deps, login: Login) -> Entrance:
    """Open a session for whoever knows all three.

    Raises:
        LoginRefused: One of them is wrong, or the code no longer works.
        TooManyAttempts: There were too many logins for this number, from this network or at all.
        Overloaded: Too many hashes are being worked out.
    """
    digest = deps.lookup(login.identifier.canonical())
    await count_login(deps, digest, login.network)
    stored = await deps.store.find_person(digest)
    now = deps.clock.now()
    fitting = await _find_fitting_code(deps, stored.value if stored else None, login.code, now)
    if stored is None:
        raise LoginRefused
    if fitting is None or not stored.value.is_born_on(login.birth_date):
        await _note_failure(deps, stored.id)
        raise LoginRefused
    person = await _enter(deps, stored, fitting)
    await count_as_right(deps, digest)
    if login.replaced_session_id:
        await end_session(deps, login.replaced_session_id)
    must_choose = fitting.kind is CodeKind.MAILED
    session = Session.begin("person", stored.id, person.generation, now, must_choose=must_choose)
    return await open_session(deps, session)


async def _find_fitting_code(deps: Deps, person: Person | None, typed: str, now: datetime) -> Code | None:
    """The code that was typed; where there is none to compare with, the same work is done for nothing."""
    codes = person.codes(now) if person is not None else ()
    for code in codes:
        if await deps.hasher.verify_secret(code.digest, code.form_of(typed)):
            return code
    if not codes:
        await deps.hasher.verify_nothing(chosen_form(typed))
    return None


async def _enter(deps: Deps, stored: Stored[Person], code: Code) -> Person:
    """Note a good login; of two at once with the same mailed code, one wins.

    Raises:
        LoginRefused: The account changed while the code was checked and the code works no more.
    """
    now = deps.clock.now()
    try:
        return (await deps.store.persons.save(stored, stored.value.entered(code))).value
    except Stale:
        again = await deps.store.persons.get(stored.id)
        if code not in again.value.codes(now):
            raise LoginRefused from None
        return (await deps.store.persons.save(again, again.value.entered(code))).value


async def _note_failure(deps: Deps, person_id: str) -> None:
    def decide(person: Person) -> Change:
        return person.failed(), []

    try:
        person = await change_person(deps, person_id, decide)
    except Stale:
        # A crowd of wrong guesses at one moment: the limits hold them, and the answer stays the same.
        return
    if person.exhausted:
        await _lock(deps, person_id)


async def _lock(deps: Deps, person_id: str) -> None:
    """Let every code die and mail a new one."""
    text, code = await new_mailed_code(deps)

    def decide(person: Person) -> Change | None:
        if not person.exhausted:
            return None
        return person.locked(code), [code_issued(person_id, text, code, "locked")]

    await change_person(deps, person_id, decide)
    await end_sessions_of(deps, person_id)
    log.warning("person.codes_died", person_id=person_id)
