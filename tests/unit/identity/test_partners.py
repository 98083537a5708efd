"""Partners' systems: what can be agreed, which keys are taken, and what others are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from libs.chassis.errors import Duplicate, NotFound
from libs.contracts.identity import PartnerState
from libs.contracts.partners import PartnerPurpose, PartnerScope
from services.identity.domain.client_keys import read_keys
from services.identity.domain.partner import PartnerTerms
from services.identity.errors import ClientKeysUnusable, PartnerSuspended, PartnerTermsUnusable
from services.identity.handlers.partners import (
    admit_to_kafka,
    list_partners,
    register_partner,
    resume_partner,
    rotate_keys,
    suspend_partner,
)
from tests.support.identity_house import START, House
from tests.support.partners import CLIENT, ClientKeys

PURPOSE = PartnerPurpose(code="fare-reduction", authorisation="D-2026-0142")
TERMS = PartnerTerms("Office", (PURPOSE,), (PartnerScope.STATUS,), ("hooks.example",), 10)
KEYS = ClientKeys()


async def registered(house: House) -> None:
    await register_partner(house.deps, CLIENT, TERMS, read_keys(KEYS.jwks))


async def last_told(house: House) -> PartnerState:
    return (await house.of_type(PartnerState))[-1]


async def test_a_registration_is_told_without_the_keys(house: House) -> None:
    await registered(house)
    told = await last_told(house)
    assert (told.client_id, told.daily_quota, told.webhook_hosts) == (CLIENT, 10, ("hooks.example",))
    assert (told.suspended_at, told.kafka_principal, told.tokens_since) == (None, None, START)
    assert KEYS.jwk["x"] not in told.model_dump_json()
    assert [stored.id for stored in await list_partners(house.deps)] == [CLIENT]


async def test_an_id_is_given_once(house: House) -> None:
    await registered(house)
    with pytest.raises(Duplicate):
        await registered(house)


@pytest.mark.parametrize(
    "client_id", ["", "ab", "Office", "an.office", "-office", "office-", "a" * 42, "9office", "a--b"]
)
async def test_an_id_is_plain(house: House, client_id: str) -> None:
    with pytest.raises(PartnerTermsUnusable):
        await register_partner(house.deps, client_id, TERMS, read_keys(KEYS.jwks))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", " "),
        ("display_name", "n" * 201),
        ("purposes", ()),
        ("purposes", (PURPOSE, PURPOSE)),
        ("scopes", ()),
        ("webhook_hosts", ("https://hooks.example",)),
        ("webhook_hosts", ("hooks.example:8443",)),
        ("webhook_hosts", ("Hooks.example",)),
        ("webhook_hosts", ("*.example",)),
        ("daily_quota", -1),
        ("daily_quota", 10_000_001),
    ],
)
def test_what_cannot_be_agreed_is_named(field: str, value: Any) -> None:
    with pytest.raises(PartnerTermsUnusable) as refusal:
        replace(TERMS, **{field: value}).check()
    assert refusal.value.details["field"] == field


async def test_a_suspension_is_told_once_and_takes_the_user_on_the_broker(house: House) -> None:
    await registered(house)
    await admit_to_kafka(house.deps, CLIENT)
    assert (await last_told(house)).kafka_principal == f"partner-{CLIENT}"
    await suspend_partner(house.deps, CLIENT)
    await suspend_partner(house.deps, CLIENT)
    told = await house.of_type(PartnerState)
    assert [state.suspended_at for state in told] == [None, None, START]
    assert told[-1].kafka_principal is None
    with pytest.raises(PartnerSuspended):
        await admit_to_kafka(house.deps, CLIENT)


async def test_tokens_of_before_a_suspension_stay_dead_after_it(house: House) -> None:
    await registered(house)
    await suspend_partner(house.deps, CLIENT)
    house.clock.advance(timedelta(minutes=2, milliseconds=300))
    await resume_partner(house.deps, CLIENT)
    told = await last_told(house)
    assert told.suspended_at is None
    assert told.tokens_since == START + timedelta(minutes=2)


async def test_a_key_beside_the_old_one_leaves_tokens_alone_and_one_in_its_place_does_not(
    house: House,
) -> None:
    await registered(house)
    house.clock.advance(timedelta(minutes=1))
    new = ClientKeys("EdDSA", "own-2")
    await rotate_keys(house.deps, CLIENT, read_keys({"keys": [KEYS.jwk, new.jwk]}))
    assert (await last_told(house)).tokens_since == START
    await rotate_keys(house.deps, CLIENT, read_keys(new.jwks))
    assert (await last_told(house)).tokens_since == START + timedelta(minutes=1)


async def test_who_is_not_there_cannot_be_changed(house: House) -> None:
    for change in (suspend_partner, resume_partner, admit_to_kafka):
        with pytest.raises(NotFound):
            await change(house.deps, CLIENT)


def _without(name: str) -> dict[str, Any]:
    return {field: value for field, value in KEYS.jwk.items() if field != name}


JWKS: dict[str, dict[str, Any]] = {
    "no set": {},
    "an empty set": {"keys": []},
    "no list": {"keys": KEYS.jwk},
    "too many": {"keys": [ClientKeys(key_id=str(number)).jwk for number in range(6)]},
    "the same id twice": {"keys": [KEYS.jwk, ClientKeys().jwk]},
    "no object": {"keys": ["key"]},
    "a private key": {"keys": [{**KEYS.jwk, "d": "c2VjcmV0"}]},
    "a shared secret": {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "1"}]},
    "an RSA key": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "1"}]},
    "another curve": {"keys": [{**KEYS.jwk, "crv": "secp256k1"}]},
    "another algorithm": {"keys": [{**KEYS.jwk, "alg": "EdDSA"}]},
    "for encryption": {"keys": [{**KEYS.jwk, "use": "enc"}]},
    "no id": {"keys": [_without("kid")]},
    "half a point": {"keys": [_without("y")]},
    "no point of the curve": {"keys": [{**KEYS.jwk, "x": "AQAB"}]},
}


@pytest.mark.parametrize("jwks", JWKS.values(), ids=JWKS.keys())
def test_no_other_keys_are_taken(jwks: dict[str, Any]) -> None:
    with pytest.raises(ClientKeysUnusable):
        read_keys(jwks)


def test_nothing_but_the_point_is_kept_of_a_key() -> None:
    (key,) = read_keys({"keys": [{**KEYS.jwk, "x5u": "https://attacker.example", "note": "n"}]})
    assert set(key.jwk) == {"kty", "crv", "x", "y"}
