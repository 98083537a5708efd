"""Sessions: begun by a login, renewed while they live, ended by a logout or a change of code."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.delivery import Fact
from libs.chassis.errors import NotFound, Stale
from libs.chassis.web.caller import Caller
from libs.contracts.identity import SessionRevoked
from libs.contracts.people import Role
from services.identity.domain.session import Session
from services.identity.errors import SessionOver
from services.identity.ports import Deps

log = structlog.get_logger(__name__)

_TRIES = 5


@dataclass(frozen=True)
class Entrance:
    """A session and the token that proves it.

    Attributes:
        must_choose: Only a code of one's own may be chosen in it; the token carries no role until then.
    """

    session_id: str
    token: str
    must_choose: bool = False


@dataclass(frozen=True)
class _Standing:
    """What a session's owner is now."""

    generation: int
    roles: frozenset[str]
    centres: frozenset[str] = frozenset()


async def open_session(deps: Deps, session: Session) -> Entrance:
    """Keep a new session and sign its token."""
    session_id = deps.new_session_id()
    await deps.store.sessions.insert(session_id, session)
    log.info("session.opened", owner_id=session.owner_id, kind=session.kind)
    return _entrance(deps, session_id, session, await _standing(deps, session))


async def renew(deps: Deps, session_id: str) -> Entrance:
    """Sign another token for a session that goes on.

    Raises:
        SessionOver: It was ended, rested or lasted too long, or its owner is gone.
    """
    for _attempt in range(_TRIES):
        stored, standing = await _live(deps, session_id)
        try:
            used = await deps.store.sessions.save(stored, stored.value.used(deps.clock.now()))
        except Stale:
            continue
        return _entrance(deps, session_id, used.value, standing)
    raise Stale


async def get_live_session(deps: Deps, session_id: str) -> Session:
    """A session that goes on.

    Raises:
        SessionOver: It doesn't.
    """
    return (await _live(deps, session_id))[0].value


async def end_session(deps: Deps, session_id: str) -> None:
    """End a session and tell everybody; one that is over or unknown stays as it is."""
    for _attempt in range(_TRIES):
        stored = await deps.store.sessions.find(session_id)
        if stored is None or stored.value.ended_at is not None:
            return
        now = deps.clock.now()
        fact = Fact(SessionRevoked(session_id=session_id, revoked_at=now))
        try:
            await deps.store.sessions.save(stored, stored.value.ended(now), [fact])
        except Stale:
            continue
        log.info("session.ended", owner_id=stored.value.owner_id)
        return
    raise Stale


async def end_sessions_of(deps: Deps, owner_id: str) -> None:
    """End all sessions of a person or staff member."""
    for stored in await deps.store.open_sessions(owner_id):
        await end_session(deps, stored.id)


async def _live(deps: Deps, session_id: str) -> tuple[Stored[Session], _Standing]:
    stored = await deps.store.sessions.find(session_id)
    if stored is None:
        raise SessionOver
    try:
        standing = await _standing(deps, stored.value)
    except NotFound:
        raise SessionOver from None
    if not stored.value.is_live(standing.generation, deps.clock.now()):
        raise SessionOver
    return stored, standing


async def _standing(deps: Deps, session: Session) -> _Standing:
    if session.kind == "person":
        person = (await deps.store.persons.get(session.owner_id)).value
        return _Standing(person.generation, frozenset({str(Role.APPLICANT)}))
    member = (await deps.store.staff.get(session.owner_id)).value
    if not member.active:
        raise NotFound
    return _Standing(member.generation, frozenset(map(str, member.roles)), frozenset(member.centres))


def _entrance(deps: Deps, session_id: str, session: Session, standing: _Standing) -> Entrance:
    caller = Caller(
        kind=session.kind,
        id=session.owner_id,
        roles=frozenset() if session.must_choose else standing.roles,
        centres=standing.centres,
        session_id=session_id,
        authenticated_at=session.authenticated_at,
    )
    return Entrance(session_id, deps.tokens.issue(caller), session.must_choose)
