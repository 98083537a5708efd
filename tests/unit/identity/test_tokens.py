"""Tokens for partners' systems: whoever holds a registered key gets one, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio

from libs.chassis.web.access_tokens import AccessTokenReader
from libs.contracts.partners import PARTNER_API, TOKEN_PATH
from services.identity.adapters.own_trust import OwnTrust
from services.identity.domain.client_keys import read_keys
from services.identity.handlers.partners import register_partner, resume_partner, rotate_keys, suspend_partner
from tests.support.identity_house import ORIGIN, House
from tests.support.partners import CLIENT, ClientKeys
from tests.support.token_requests import TERMS, TOKEN_URL, ask, house_with_partner, program, signed


@pytest.fixture
def keys() -> ClientKeys:
    return ClientKeys()


@pytest_asyncio.fixture
async def home(keys: ClientKeys) -> House:
    return await house_with_partner(keys)


@pytest_asyncio.fixture
async def client(home: House) -> AsyncIterator[httpx.AsyncClient]:
    async with program(home) as opened:
        yield opened


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
@pytest.mark.parametrize("audience", [ORIGIN, TOKEN_URL, [ORIGIN]])
async def test_a_registered_key_brings_a_token_that_the_interface_takes(
    algorithm: str, audience: object
) -> None:
    keys = ClientKeys(algorithm)
    house = await house_with_partner(keys)
    async with program(house) as client:
        answer = await ask(client, signed(keys, house.clock.now(), aud=audience))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 600, "certificates.status")
    reader = AccessTokenReader(OwnTrust(house.deps.store), ORIGIN, f"{ORIGIN}{PARTNER_API}", house.clock)
    grant = await reader.read(told["access_token"])
    assert (grant.client_id, grant.scopes) == (CLIENT, frozenset({"certificates.status"}))
    header = jwt.get_unverified_header(told["access_token"])
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")


async def test_an_assertion_counts_once(home: House, client: httpx.AsyncClient, keys: ClientKeys) -> None:
    assertion = signed(keys, home.clock.now())
    assert (await ask(client, assertion)).status_code == 200
    for _ in range(2):
        assert (await ask(client, assertion)).json() == {"error": "invalid_client"}


async def test_the_same_jti_of_two_clients_is_two(
    home: House, client: httpx.AsyncClient, keys: ClientKeys
) -> None:
    other = ClientKeys()
    await register_partner(home.deps, "another-office", TERMS, read_keys(other.jwks))
    now = home.clock.now()
    assert (await ask(client, signed(keys, now, jti="1"))).status_code == 200
    assert (await ask(client, other.assertion(now, "another-office", aud=ORIGIN, jti="1"))).status_code == 200


@pytest.mark.parametrize(
    "scope", ["certificates.events", "certificates.status certificates.events", "admin", " "]
)
async def test_no_scope_is_granted_beyond_those_registered(
    home: House, client: httpx.AsyncClient, keys: ClientKeys, scope: str
) -> None:
    answer = await ask(client, signed(keys, home.clock.now()), scope=scope)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})


async def test_another_resource_is_refused(home: House, client: httpx.AsyncClient, keys: ClientKeys) -> None:
    answer = await ask(client, signed(keys, home.clock.now()), resource="https://another.example")
    assert answer.json()["error"] == "invalid_target"


async def test_a_suspended_client_gets_nothing_until_it_is_resumed(
    home: House, client: httpx.AsyncClient, keys: ClientKeys
) -> None:
    await suspend_partner(home.deps, CLIENT)
    answer = await ask(client, signed(keys, home.clock.now()))
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    await resume_partner(home.deps, CLIENT)
    assert (await ask(client, signed(keys, home.clock.now()))).status_code == 200


async def test_a_replaced_key_brings_nothing_more(
    home: House, client: httpx.AsyncClient, keys: ClientKeys
) -> None:
    new = ClientKeys(key_id="own-2")
    await rotate_keys(home.deps, CLIENT, read_keys({"keys": [keys.jwk, new.jwk]}))
    for either in (keys, new):
        assert (await ask(client, signed(either, home.clock.now()))).status_code == 200
    await rotate_keys(home.deps, CLIENT, read_keys(new.jwks))
    assert (await ask(client, signed(keys, home.clock.now()))).json() == {"error": "invalid_client"}


FORMS = {
    "another grant": ({"grant_type": "password"}, "unsupported_grant_type"),
    "another proof": ({"client_assertion_type": "urn:other"}, "invalid_client"),
    "another client's name": ({"client_id": "another-office"}, "invalid_client"),
    "no proof": ({"client_assertion": ""}, "invalid_request"),
    "no grant": ({"grant_type": ""}, "invalid_request"),
}


@pytest.mark.parametrize(("changed", "error"), FORMS.values(), ids=FORMS.keys())
async def test_faults_of_the_form_are_named(
    home: House, client: httpx.AsyncClient, keys: ClientKeys, changed: dict[str, str], error: str
) -> None:
    answer = await ask(client, signed(keys, home.clock.now()), **changed)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_a_field_that_comes_twice_is_a_fault(
    home: House, client: httpx.AsyncClient, keys: ClientKeys
) -> None:
    form = f"grant_type=client_credentials&scope=a&scope=b&client_assertion={signed(keys, home.clock.now())}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await client.post(TOKEN_PATH, content=form, headers=headers)
    assert answer.json()["error"] == "invalid_request"


async def test_json_is_not_a_token_request(client: httpx.AsyncClient) -> None:
    answer = await client.post(TOKEN_PATH, json={"grant_type": "client_credentials"})
    assert answer.json()["error"] == "invalid_request"


async def test_faults_are_limited_and_good_requests_are_not(keys: ClientKeys) -> None:
    house = await house_with_partner(keys, token_client=3)
    async with program(house) as client:
        for _ in range(5):
            assert (await ask(client, signed(keys, house.clock.now()))).status_code == 200
        for _ in range(3):
            assert (await ask(client, signed(ClientKeys(), house.clock.now()))).status_code == 400
        refused = await ask(client, signed(keys, house.clock.now()))
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        house.clock.advance(timedelta(minutes=15))
        assert (await ask(client, signed(keys, house.clock.now()))).status_code == 200


async def test_nonsense_is_limited_by_its_network(keys: ClientKeys) -> None:
    house = await house_with_partner(keys, token_network=3)
    async with program(house) as client:
        answers = [(await ask(client, "nonsense")).status_code for _ in range(4)]
    assert answers == [400, 400, 400, 429]


async def test_an_unknown_client_costs_the_same_questions_as_a_wrong_signature(
    home: House, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    decode = jwt.decode

    def noted(token: str, key: Any = None, **options: Any) -> Any:
        checked.extend(options.get("algorithms") or ())
        return decode(token, key, **options)

    monkeypatch.setattr(jwt, "decode", noted)
    stranger = ClientKeys()
    await ask(client, signed(stranger, home.clock.now()))
    await ask(client, stranger.assertion(home.clock.now(), "another-office", aud=ORIGIN))
    assert checked == ["ES256", "ES256"]


async def test_the_metadata_name_what_there_is(client: httpx.AsyncClient) -> None:
    told = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert told["issuer"] == ORIGIN
    assert told["token_endpoint"] == TOKEN_URL
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    keys = (await client.get(told["jwks_uri"])).json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]
    assert all("d" not in key for key in keys)


async def test_what_is_logged_names_the_client_and_no_network(
    home: House, client: httpx.AsyncClient, keys: ClientKeys, capsys: pytest.CaptureFixture[str]
) -> None:
    assertion = signed(keys, home.clock.now())
    token = (await ask(client, assertion)).json()["access_token"]
    await ask(client, assertion)
    told = capsys.readouterr().out
    assert "partner.token_issued" in told
    assert "replayed" in told
    assert CLIENT in told
    assert token not in told
    assert assertion not in told
    assert "127.0.0.1" not in told
