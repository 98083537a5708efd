"""Logging in takes number, birth date and code, all three, and tells nobody which of them is wrong."""

from __future__ import annotations

from datetime import date, timedelta

import jwt
import pytest

from libs.chassis.web.errors import TooManyAttempts
from libs.contracts.identity import SecretCodeIssued, SessionRevoked
from services.identity.domain.person import MOST_FAILURES
from services.identity.errors import LoginRefused, SessionOver
from services.identity.handlers.account import Forgotten, NewCode, change_code, send_forgotten_code
from services.identity.handlers.login import Login, log_in
from services.identity.handlers.sessions import Entrance, end_session, renew
from tests.support.identity_house import BORN_ON, CHOSEN, NETWORK, House, build_house, cin


def login(code: str, number: str = "ZZ100002", born_on: date = BORN_ON) -> Login:
    return Login(cin(number), born_on, code, NETWORK)


def roles_in(entrance: Entrance) -> list[str]:
    claims: dict[str, list[str]] = jwt.decode(entrance.token, options={"verify_signature": False})
    return claims["roles"]


async def choose(house: House, entrance: Entrance, code: str = CHOSEN, old: str = "") -> Entrance:
    stored = await house.deps.store.sessions.get(entrance.session_id)
    change = NewCode(stored.value.owner_id, entrance.session_id, old, code, NETWORK)
    return await change_code(house.deps, change)


async def test_a_mailed_code_opens_one_session_and_no_second(house: House) -> None:
    code = await house.register()
    assert (await log_in(house.deps, login(code))).must_choose
    with pytest.raises(LoginRefused):
        await log_in(house.deps, login(code))


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
async def test_a_mailed_code_may_be_typed_carelessly(house: House, change: object) -> None:
    code = await house.register()
    assert callable(change)
    assert (await log_in(house.deps, login(change(code)))).token


async def test_letters_for_digits_are_forgiven_in_a_mailed_code(house: House) -> None:
    code = await house.register()
    assert "0" in code
    assert (await log_in(house.deps, login(code.replace("0", "O").replace("1", "l")))).token


async def test_before_a_code_is_chosen_the_token_opens_nothing(house: House) -> None:
    entrance = await log_in(house.deps, login(await house.register()))
    assert roles_in(entrance) == []
    assert roles_in(await choose(house, entrance)) == ["applicant"]


async def test_a_mailed_code_expires_after_a_day(house: House) -> None:
    code = await house.register()
    house.clock.advance(timedelta(hours=24))
    with pytest.raises(LoginRefused):
        await log_in(house.deps, login(code))


@pytest.mark.parametrize(
    "wrong",
    [
        login("XXXX-XXXX"),
        login(CHOSEN, born_on=date(1980, 1, 2)),
        login(CHOSEN, number="ZZ100003"),
        login(CHOSEN.upper()),
    ],
)
async def test_any_one_wrong_of_the_three_is_refused_with_the_same_work(house: House, wrong: Login) -> None:
    await choose(house, await log_in(house.deps, login(await house.register())))
    before = house.hasher.work
    with pytest.raises(LoginRefused):
        await log_in(house.deps, wrong)
    assert house.hasher.work == before + 1


async def test_a_login_rotates_the_session(house: House) -> None:
    first = await choose(house, await log_in(house.deps, login(await house.register())))
    again = Login(cin(), BORN_ON, CHOSEN, NETWORK, replaced_session_id=first.session_id)
    second = await log_in(house.deps, again)
    assert second.session_id != first.session_id
    assert first.session_id in {event.session_id for event in await house.of_type(SessionRevoked)}


async def test_too_many_logins_for_one_number_have_to_wait_whoever_tries() -> None:
    house = await build_house(identity=2)
    code = await house.register()
    for _ in range(2):
        with pytest.raises(LoginRefused):
            await log_in(house.deps, login("XXXX-XXXX"))
    with pytest.raises(TooManyAttempts):
        await log_in(house.deps, login(code))
    house.clock.advance(timedelta(minutes=15))
    assert (await log_in(house.deps, login(code))).token


async def test_right_logins_don_t_count_against_their_own_number() -> None:
    house = await build_house(identity=2)
    await choose(house, await log_in(house.deps, login(await house.register())))
    for _ in range(3):
        assert (await log_in(house.deps, login(CHOSEN))).token
    for _ in range(2):
        with pytest.raises(LoginRefused):
            await log_in(house.deps, login("XXXX-XXXX"))
    with pytest.raises(TooManyAttempts):
        await log_in(house.deps, login(CHOSEN))


async def test_throttled_logins_cost_no_hashing() -> None:
    house = await build_house(network=1)
    await house.register()
    with pytest.raises(LoginRefused):
        await log_in(house.deps, login("XXXX-XXXX"))
    before = house.hasher.work
    with pytest.raises(TooManyAttempts):
        await log_in(house.deps, login("XXXX-XXXX"))
    assert house.hasher.work == before


async def test_after_a_hundred_failures_in_a_row_the_code_dies_and_another_is_mailed(house: House) -> None:
    code = await house.register()
    entrance = await choose(house, await log_in(house.deps, login(code)))
    for _ in range(MOST_FAILURES):
        with pytest.raises(LoginRefused):
            await log_in(house.deps, login("wrong guess"))
    assert [reason for reason, _ in await house.mailed_codes()] == ["registered", "locked"]
    with pytest.raises(LoginRefused):
        await log_in(house.deps, login(CHOSEN))
    with pytest.raises(SessionOver):
        await renew(house.deps, entrance.session_id)
    assert (await log_in(house.deps, login((await house.mailed_codes())[-1][1]))).must_choose


async def test_a_good_login_forgets_the_failures_before_it(house: House) -> None:
    await choose(house, await log_in(house.deps, login(await house.register())))
    for _ in range(2):
        for _ in range(MOST_FAILURES - 1):
            with pytest.raises(LoginRefused):
                await log_in(house.deps, login("wrong guess"))
        await log_in(house.deps, login(CHOSEN))
    assert len(await house.of_type(SecretCodeIssued)) == 1


async def test_a_forgotten_code_is_mailed_and_the_old_one_works_until_another_is_chosen(
    house: House,
) -> None:
    await choose(house, await log_in(house.deps, login(await house.register())))
    await send_forgotten_code(house.deps, Forgotten(cin(), BORN_ON, NETWORK))
    reason, mailed = (await house.mailed_codes())[-1]
    assert reason == "forgotten"
    assert not (await log_in(house.deps, login(CHOSEN))).must_choose
    await choose(house, await log_in(house.deps, login(mailed)), "another of mine")
    with pytest.raises(LoginRefused):
        await log_in(house.deps, login(CHOSEN))


@pytest.mark.parametrize(
    "stranger",
    [Forgotten(cin("ZZ100009"), BORN_ON, NETWORK), Forgotten(cin(), date(1981, 2, 1), NETWORK)],
)
async def test_a_forgotten_code_of_nobody_costs_the_same_and_mails_nothing(
    house: House, stranger: Forgotten
) -> None:
    await house.register()
    before = house.hasher.work
    await send_forgotten_code(house.deps, stranger)
    assert house.hasher.work == before + 1
    assert len(await house.mailed_codes()) == 1


async def test_only_so_many_forgotten_codes_an_hour_are_mailed_and_the_answer_stays_the_same() -> None:
    house = await build_house(mail=2)
    await house.register()
    for _ in range(4):
        await send_forgotten_code(house.deps, Forgotten(cin(), BORN_ON, NETWORK))
    assert len(await house.mailed_codes()) == 3


async def test_a_session_is_renewed_until_it_rests_too_long(house: House) -> None:
    entrance = await choose(house, await log_in(house.deps, login(await house.register())))
    for _ in range(3):
        house.clock.advance(timedelta(minutes=29))
        assert (await renew(house.deps, entrance.session_id)).session_id == entrance.session_id
    house.clock.advance(timedelta(minutes=30))
    with pytest.raises(SessionOver):
        await renew(house.deps, entrance.session_id)


async def test_no_session_lasts_longer_than_twelve_hours(house: House) -> None:
    entrance = await choose(house, await log_in(house.deps, login(await house.register())))
    for _ in range(35):
        house.clock.advance(timedelta(minutes=20))
        await renew(house.deps, entrance.session_id)
    house.clock.advance(timedelta(minutes=20))
    with pytest.raises(SessionOver):
        await renew(house.deps, entrance.session_id)


async def test_an_ended_session_is_told_once_and_never_renewed(house: House) -> None:
    entrance = await log_in(house.deps, login(await house.register()))
    await end_session(house.deps, entrance.session_id)
    await end_session(house.deps, entrance.session_id)
    assert len(await house.of_type(SessionRevoked)) == 1
    with pytest.raises(SessionOver):
        await renew(house.deps, entrance.session_id)


async def test_a_session_that_never_was_is_over(house: House) -> None:
    with pytest.raises(SessionOver):
        await renew(house.deps, "made up")
