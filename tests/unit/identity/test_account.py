"""One's own account: the code is changed by its holder only, and not into one that others guess."""

from __future__ import annotations

import pytest

from libs.chassis.web.errors import TooManyAttempts
from libs.contracts.identity import PersonState, SecretCodeChanged, SessionRevoked
from services.identity.errors import CodeTooWeak, OldCodeWrong, SessionOver
from services.identity.handlers.account import NewCode, change_code, change_language
from services.identity.handlers.login import Login, log_in
from services.identity.handlers.sessions import Entrance, renew
from tests.support.identity_house import BORN_ON, CHOSEN, NETWORK, House, build_house, cin


async def enter(house: House, code: str) -> Entrance:
    return await log_in(house.deps, Login(cin(), BORN_ON, code, NETWORK))


async def person_of(house: House, entrance: Entrance) -> str:
    return (await house.deps.store.sessions.get(entrance.session_id)).value.owner_id


async def change(house: House, entrance: Entrance, new: str, old: str = "") -> Entrance:
    person_id = await person_of(house, entrance)
    return await change_code(house.deps, NewCode(person_id, entrance.session_id, old, new, NETWORK))


async def with_code(house: House) -> Entrance:
    """Somebody who has chosen a code."""
    return await change(house, await enter(house, await house.register()), CHOSEN)


async def test_after_a_mailed_code_the_old_one_is_not_asked_for(house: House) -> None:
    entrance = await with_code(house)
    assert not entrance.must_choose
    assert len(await house.of_type(SecretCodeChanged)) == 1


async def test_later_the_old_code_is_asked_for(house: House) -> None:
    entrance = await with_code(house)
    with pytest.raises(OldCodeWrong):
        await change(house, entrance, "another of mine", old="not the old one")
    assert (await change(house, entrance, "another of mine", old=CHOSEN)).token


async def test_a_change_ends_every_other_session(house: House) -> None:
    first = await with_code(house)
    second = await enter(house, CHOSEN)
    third = await change(house, second, "another of mine", old=CHOSEN)
    revoked = {event.session_id for event in await house.of_type(SessionRevoked)}
    assert {first.session_id, second.session_id} <= revoked
    assert third.session_id not in revoked
    for over in (first, second):
        with pytest.raises(SessionOver):
            await renew(house.deps, over.session_id)
    assert (await renew(house.deps, third.session_id)).token


@pytest.mark.parametrize(
    ("code", "weakness"),
    [
        ("1234567", "short"),
        ("x" * 201, "long"),
        ("aaaaaaaa", "uniform"),
        ("٧٧٧٧٧٧٧٧", "uniform"),
        ("zz 100-002", "personal"),
        ("01/02/1980", "personal"),
        ("1980-02-01", "personal"),
        ("brahim@example.org", "personal"),
        ("12345678", "common"),
        ("١٢٣٤٥٦٧٨", "common"),
        ("P4SSW0RD", "common"),
    ],
)
async def test_a_code_that_others_guess_first_is_refused(house: House, code: str, weakness: str) -> None:
    entrance = await enter(house, await house.register())
    with pytest.raises(CodeTooWeak) as refusal:
        await change(house, entrance, code)
    assert refusal.value.weakness == weakness


@pytest.mark.parametrize("code", ["شمس على البحر", "ⵜⴰⴼⵓⴽⵜ ⴷ ⵡⴰⵎⴰⵏ", "Ânesse-verte-7"])
async def test_a_code_may_be_of_any_script_and_opens_the_account(house: House, code: str) -> None:
    await change(house, await enter(house, await house.register()), code)
    assert (await enter(house, code)).token


async def test_digits_of_a_chosen_code_may_be_typed_on_any_keyboard(house: House) -> None:
    await change(house, await enter(house, await house.register()), "قمر 407 بحر")
    assert (await enter(house, "قمر ٤٠٧ بحر")).token


async def test_the_old_code_cannot_be_guessed_without_end() -> None:
    house = await build_house(identity=3)
    entrance = await with_code(house)
    for _ in range(3):
        with pytest.raises(OldCodeWrong):
            await change(house, entrance, "another of mine", old="wrong")
    with pytest.raises(TooManyAttempts):
        await change(house, entrance, "another of mine", old=CHOSEN)


async def test_a_change_of_language_is_told_to_the_neighbours(house: House) -> None:
    entrance = await with_code(house)
    person_id = await person_of(house, entrance)
    await change_language(house.deps, person_id, "fr")
    await change_language(house.deps, person_id, "fr")
    assert [event.language for event in await house.of_type(PersonState)] == ["ar", "fr"]
