"""What people do with their own account: see it, change its language and code, ask for a forgotten code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import structlog

from libs.chassis.delivery import Fact
from libs.contracts.identity import Language, SecretCodeChanged
from libs.contracts.people import Identifier
from services.identity.domain.codes import Code, CodeKind, check_strength
from services.identity.domain.person import Person
from services.identity.domain.session import Session
from services.identity.errors import CodeMustBeChosen, LoginRefused, OldCodeWrong, SessionOver
from services.identity.handlers.attempts import count_as_right, count_login, count_sending, may_mail
from services.identity.handlers.persons import (
    Change,
    change_person,
    code_issued,
    new_mailed_code,
    person_state,
)
from services.identity.handlers.sessions import (
    Entrance,
    end_sessions_of,
    get_live_session,
    open_session,
)
from services.identity.ports import Deps

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewCode:
    """A change of code.

    Attributes:
        session_id: The session in which it is asked for.
        old: The present code; not looked at when the session began with a mailed one.
        network: Where it comes from, for the limit.
    """

    person_id: str
    session_id: str
    old: str
    new: str
    network: str


@dataclass(frozen=True)
class Forgotten:
    """A request for a new code."""

    identifier: Identifier
    birth_date: date
    network: str


async def get_person(deps: Deps, person_id: str) -> Person:
    """One's own account.

    Raises:
        NotFound: There's none by that id.
    """
    return (await deps.store.persons.get(person_id)).value


async def must_choose_code(deps: Deps, session_id: str) -> bool:
    """Whether this session began with a mailed code, so that the old one isn't asked for again.

    Raises:
        SessionOver: The session doesn't go on.
    """
    return (await get_live_session(deps, session_id)).must_choose


async def change_language(deps: Deps, person_id: str, language: Language) -> None:
    """Let pages and mails speak another language."""

    def decide(person: Person) -> Change | None:
        if person.language == language:
            return None
        changed = person.speaking(language)
        return changed, person_state(changed)

    await change_person(deps, person_id, decide)


async def change_code(deps: Deps, change: NewCode) -> Entrance:
    """Replace the code; every session of the person ends, and a new one begins for this browser.

    Raises:
        OldCodeWrong: The present code is another one.
        CodeTooWeak: The new one is easy to guess.
        SessionOver: The session doesn't go on.
        TooManyAttempts: The present code was tried too often.
    """
    session = await get_live_session(deps, change.session_id)
    person = await get_person(deps, change.person_id)
    if person.holder is None:
        raise LoginRefused
    if not session.must_choose:
        await count_login(deps, person.identifier_digest, change.network)
        await _check_old(deps, person, change.old)
        await count_as_right(deps, person.identifier_digest)
    form = check_strength(change.new, person.holder, deps.policy.denied_codes)
    now = deps.clock.now()
    chosen = Code(CodeKind.CHOSEN, await deps.hasher.hash_secret(form), now)

    def decide(present: Person) -> Change:
        if present.generation != session.generation:
            raise SessionOver
        fact = Fact(SecretCodeChanged(person_id=change.person_id, changed_at=now))
        return present.with_chosen(chosen), [fact]

    changed = await change_person(deps, change.person_id, decide)
    await end_sessions_of(deps, change.person_id)
    log.info("person.code_changed", person_id=change.person_id)
    return await open_session(deps, Session.begin("person", change.person_id, changed.generation, now))


async def send_forgotten_code(deps: Deps, forgotten: Forgotten) -> None:
    """Mail a new code where number and birth date fit; the work and the answer are the same where not.

    Raises:
        TooManyAttempts: Too many requests came from that network.
        Overloaded: Too many hashes are being worked out.
    """
    await count_sending(deps, forgotten.network)
    digest = deps.lookup(forgotten.identifier.canonical())
    mailable = await may_mail(deps, digest)
    text, code = await new_mailed_code(deps)
    stored = await deps.store.find_person(digest)
    if stored is None or not mailable or not stored.value.is_born_on(forgotten.birth_date):
        return
    fact = code_issued(stored.id, text, code, "forgotten")
    await change_person(deps, stored.id, lambda person: (person.with_mailed(code), [fact]))


async def _check_old(deps: Deps, person: Person, typed: str) -> None:
    code = person.chosen
    if code is None:
        raise CodeMustBeChosen
    if not await deps.hasher.verify_secret(code.digest, code.form_of(typed)):
        raise OldCodeWrong
