"""Opening an account: one per number, and the same answer whether there is one or not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from libs.chassis.crypto import unwrap_key
from libs.chassis.web.errors import TooManyAttempts
from libs.contracts.identity import (
    CitizenRegistered,
    PersonKeyShared,
    PersonState,
    RegistrationRepeated,
    SecretCodeIssued,
)
from libs.contracts.people import Identifier, IdentifierKind, PersonDetails
from services.identity.handlers.registration import Registration, register
from tests.support.identity_house import (
    BORN_ON,
    EMAIL,
    READER_KEKS,
    START,
    House,
    build_house,
    cin,
    registration,
)


async def test_an_account_tells_its_key_first_then_the_person_then_the_code(house: House) -> None:
    await register(house.deps, registration())
    told = [type(event) for event, _ in await house.facts()][:4]
    assert told == [PersonKeyShared, PersonState, CitizenRegistered, SecretCodeIssued]


async def test_each_reader_gets_the_key_wrapped_for_itself(house: House) -> None:
    await register(house.deps, registration())
    (shared,) = await house.of_type(PersonKeyShared)
    opened = {
        unwrap_key(kek, service, shared.person_id, shared.wrapped[service])
        for service, kek in READER_KEKS.items()
    }
    assert opened == {await house.ground.vault.key_of(shared.person_id)}


async def test_neighbours_learn_number_birth_date_and_address_sealed(house: House) -> None:
    await register(house.deps, registration())
    states = [(event, secret) for event, secret in await house.facts() if isinstance(event, PersonState)]
    assert [secret for _, secret in states] == [
        PersonDetails(identifier=cin(), birth_date=BORN_ON, email=EMAIL)
    ]
    assert "ZZ100002" not in states[0][0].model_dump_json()


async def test_the_first_code_is_short_lived_and_readable(house: House) -> None:
    code = await house.register()
    (issued,) = await house.of_type(SecretCodeIssued)
    assert (issued.reason, issued.expires_at) == ("registered", START + timedelta(hours=24))
    assert len(code) == 9
    assert code[4] == "-"


async def test_a_second_registration_of_a_number_opens_nothing_and_warns_the_first_address(
    house: House,
) -> None:
    await house.register()
    await register(house.deps, registration(email="somebody.else@example.org"))
    assert await house.deps.store.persons.count_by({}) == 1
    (registered,) = await house.of_type(CitizenRegistered)
    assert [event.person_id for event in await house.of_type(RegistrationRepeated)] == [registered.person_id]
    assert len(await house.mailed_codes()) == 1


async def test_the_work_is_the_same_for_a_known_and_an_unknown_number(house: House) -> None:
    await house.register()
    first = house.hasher.work
    await register(house.deps, registration(email="somebody.else@example.org"))
    assert house.hasher.work == 2 * first


async def test_the_holder_is_warned_at_most_once_a_day(house: House) -> None:
    await house.register()
    for _ in range(3):
        await register(house.deps, registration(email="somebody.else@example.org"))
    assert len(await house.of_type(RegistrationRepeated)) == 1
    house.clock.advance(timedelta(hours=24))
    await register(house.deps, registration(email="somebody.else@example.org"))
    assert len(await house.of_type(RegistrationRepeated)) == 2


async def test_the_same_form_sent_twice_warns_nobody(house: House) -> None:
    await house.register()
    await register(house.deps, registration())
    assert await house.of_type(RegistrationRepeated) == []


async def test_the_holders_own_form_a_day_later_is_a_repetition(house: House) -> None:
    await house.register()
    house.clock.advance(timedelta(hours=2))
    await register(house.deps, registration())
    assert len(await house.of_type(RegistrationRepeated)) == 1


async def test_twins_with_one_address_have_two_accounts(house: House) -> None:
    for number in ("118", "119"):
        twin = Identifier(kind=IdentifierKind.BIRTH_CERTIFICATE, number=number, office="oujda", year=2017)
        mother = "mother@example.org"
        await register(house.deps, Registration(twin, date(2017, 9, 2), mother, "fr", "net"))
    assert len(await house.of_type(CitizenRegistered)) == 2
    assert await house.of_type(RegistrationRepeated) == []


async def test_too_many_registrations_from_one_network_have_to_wait() -> None:
    house = await build_house(register=1)
    await register(house.deps, registration())
    with pytest.raises(TooManyAttempts) as refusal:
        await register(house.deps, registration("ZZ100003"))
    assert refusal.value.details == {"retry_after_s": 3600, "minutes": 60}


async def test_nothing_personal_lies_in_clear(house: House) -> None:
    await house.register()
    documents = str([collection._documents for collection in house.ground._opened])
    assert "ZZ100002" not in documents
    assert EMAIL not in documents
