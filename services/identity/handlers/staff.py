"""The staff: taken on, given passwords, logging in and confirming who they are."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from libs.chassis.delivery import Fact
from libs.chassis.errors import Duplicate
from libs.contracts.identity import StaffState
from libs.contracts.people import Role
from services.identity.domain.session import Session
from services.identity.domain.staff import StaffMember, login_form
from services.identity.errors import SessionOver, StaffLoginRefused
from services.identity.handlers.attempts import count_as_right, count_login
from services.identity.handlers.sessions import (
    Entrance,
    end_session,
    end_sessions_of,
    get_live_session,
    open_session,
)
from services.identity.ports import Deps

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Post:
    """A place in the staff."""

    code: str
    email: str
    display_name: str
    roles: tuple[Role, ...]
    centres: tuple[str, ...] = ()


@dataclass(frozen=True)
class StaffLogin:
    """What was filled in.

    Attributes:
        login: The staff code or the address.
        network: Where it comes from, for the limit.
        replaced_session_id: The browser's session until now, which ends with this login.
    """

    login: str
    password: str
    network: str
    replaced_session_id: str = ""


async def take_on(deps: Deps, post: Post, password: str) -> str | None:
    """Add a member of the staff.

    Returns:
        The new staff id; None where somebody has that code or address already.
    """
    staff_id = deps.new_id()
    member = StaffMember(
        code=login_form(post.code),
        email=login_form(post.email),
        display_name=post.display_name,
        roles=post.roles,
        centres=post.centres,
        password_digest=await deps.hasher.hash_secret(password),
    )
    state = StaffState(
        staff_id=staff_id,
        display_name=member.display_name,
        roles=member.roles,
        centres=member.centres,
        active=member.active,
    )
    try:
        await deps.store.staff.insert(staff_id, member, [Fact(state)])
    except Duplicate:
        return None
    log.info("staff.taken_on", staff_id=staff_id)
    return staff_id


async def set_password(deps: Deps, login: str, password: str) -> None:
    """Give a member of the staff another password; all their sessions end.

    Raises:
        StaffLoginRefused: Nobody has that code or address.
    """
    stored = await deps.store.find_staff(login_form(login))
    if stored is None:
        raise StaffLoginRefused
    digest = await deps.hasher.hash_secret(password)
    await deps.store.staff.save(stored, stored.value.with_password(digest))
    await end_sessions_of(deps, stored.id)


async def log_in_staff(deps: Deps, login: StaffLogin) -> Entrance:
    """Open a session for a member of the staff.

    Raises:
        StaffLoginRefused: Code and password don't belong together.
        TooManyAttempts: There were too many logins for this code, from this network or at all.
    """
    typed = login_form(login.login)
    await count_login(deps, f"staff:{typed}", login.network)
    stored = await deps.store.find_staff(typed)
    if stored is None or not stored.value.active:
        await deps.hasher.verify_nothing(login.password)
        raise StaffLoginRefused
    if not await deps.hasher.verify_secret(stored.value.password_digest, login.password):
        raise StaffLoginRefused
    await count_as_right(deps, f"staff:{typed}")
    if login.replaced_session_id:
        await end_session(deps, login.replaced_session_id)
    session = Session.begin("staff", stored.id, stored.value.generation, deps.clock.now())
    return await open_session(deps, session)


async def confirm_staff(deps: Deps, session_id: str, password: str, network: str) -> Entrance:
    """Ask a member of the staff for the password again, for what needs a recent proof; the session rotates.

    Raises:
        SessionOver: The session doesn't go on, or isn't one of the staff.
        StaffLoginRefused: The password is another one.
        TooManyAttempts: It was tried too often.
    """
    session = await get_live_session(deps, session_id)
    if session.kind != "staff":
        raise SessionOver
    member = (await deps.store.staff.get(session.owner_id)).value
    return await log_in_staff(deps, StaffLogin(member.code, password, network, session_id))
