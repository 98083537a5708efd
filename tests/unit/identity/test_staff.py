"""The staff: taken on once, told to every service, and asked again before they sign."""

from __future__ import annotations

from datetime import timedelta

import pytest

from libs.contracts.identity import SessionRevoked, StaffState
from libs.contracts.people import Role
from services.identity.errors import SessionOver, StaffLoginRefused
from services.identity.handlers.sessions import get_live_session, renew
from services.identity.handlers.staff import (
    Post,
    StaffLogin,
    confirm_staff,
    log_in_staff,
    set_password,
    take_on,
)
from tests.support.identity_house import NETWORK, House

AGENT = Post("agent-061", "agent-061@example.org", "Agent 061", (Role.COAPH_AGENT,), ("061",))


async def test_a_member_of_the_staff_is_taken_on_once(house: House) -> None:
    staff_id = await take_on(house.deps, AGENT, "a long password")
    assert await take_on(house.deps, AGENT, "another password") is None
    (state,) = await house.of_type(StaffState)
    assert (state.staff_id, state.roles, state.centres) == (staff_id, (Role.COAPH_AGENT,), ("061",))


@pytest.mark.parametrize("typed", ["agent-061", " Agent-061 ", "AGENT-061@example.org"])
async def test_code_or_address_open_the_staffs_door(house: House, typed: str) -> None:
    await take_on(house.deps, AGENT, "a long password")
    assert (await log_in_staff(house.deps, StaffLogin(typed, "a long password", NETWORK))).token


@pytest.mark.parametrize(("login", "password"), [("agent-061", "wrong"), ("agent-999", "a long password")])
async def test_a_wrong_pair_is_refused_with_the_same_work(house: House, login: str, password: str) -> None:
    await take_on(house.deps, AGENT, "a long password")
    before = house.hasher.work
    with pytest.raises(StaffLoginRefused):
        await log_in_staff(house.deps, StaffLogin(login, password, NETWORK))
    assert house.hasher.work == before + 1


async def test_a_confirmation_is_a_fresh_proof_in_a_new_session(house: House) -> None:
    await take_on(house.deps, AGENT, "a long password")
    entrance = await log_in_staff(house.deps, StaffLogin("agent-061", "a long password", NETWORK))
    house.clock.advance(timedelta(minutes=10))
    with pytest.raises(StaffLoginRefused):
        await confirm_staff(house.deps, entrance.session_id, "wrong", NETWORK)
    confirmed = await confirm_staff(house.deps, entrance.session_id, "a long password", NETWORK)
    session = await get_live_session(house.deps, confirmed.session_id)
    assert session.authenticated_at == house.clock.now()
    assert [event.session_id for event in await house.of_type(SessionRevoked)] == [entrance.session_id]


async def test_another_password_ends_the_sessions(house: House) -> None:
    await take_on(house.deps, AGENT, "a long password")
    entrance = await log_in_staff(house.deps, StaffLogin("agent-061", "a long password", NETWORK))
    await set_password(house.deps, "agent-061", "a new password")
    with pytest.raises(SessionOver):
        await renew(house.deps, entrance.session_id)
    assert (await log_in_staff(house.deps, StaffLogin("agent-061", "a new password", NETWORK))).token
