"""Tokens for partners' systems: whoever holds a registered key gets one, and nobody else."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from libs.chassis.web.access_tokens import AccessTokenReader
from libs.contracts.partners import PARTNER_API, TOKEN_PATH, PartnerPurpose, PartnerScope
from services.identity.adapters.own_trust import OwnTrust
from services.identity.domain.assertion import ASSERTION_TYPE
from services.identity.domain.client_keys import DECOYS, read_keys
from services.identity.domain.partner import PartnerTerms
from services.identity.handlers.partners import register_partner, resume_partner, rotate_keys, suspend_partner
from tests.support.identity_house import ORIGIN, House, build_house
from tests.support.partners import CLIENT, PURPOSE, ClientKeys

TOKEN_URL = f"{ORIGIN}{TOKEN_PATH}"
TERMS = PartnerTerms(
    display_name="Office of transport",
    purposes=(PartnerPurpose(code=PURPOSE, authorisation="D-2026-0142"),),
    scopes=(PartnerScope.STATUS,),
    daily_quota=100,
)


async def _with_partner(keys: ClientKeys, **limits: int) -> House:
    house = await build_house(**limits)
    await register_partner(house.deps, CLIENT, TERMS, read_keys(keys.jwks))
    return house


@pytest.fixture
def keys() -> ClientKeys:
    return ClientKeys()


@pytest_asyncio.fixture
async def home(keys: ClientKeys) -> House:
    return await _with_partner(keys)


@pytest_asyncio.fixture
async def client(home: House) -> AsyncIterator[httpx.AsyncClient]:
    async with program(home) as opened:
        yield opened


def program(house: House) -> httpx.AsyncClient:
    """A program: it sends neither cookies nor an origin."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(house.app()), base_url=ORIGIN)


async def ask(client: httpx.AsyncClient, assertion: str, **more: str) -> httpx.Response:
    """Ask for a token as a client does."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    } | more
    return await client.post(TOKEN_PATH, data=form)


def signed(keys: ClientKeys, now: datetime, **changed: Any) -> str:
    """An assertion for this server, with what a test changes."""
    return keys.assertion(now, **({"aud": ORIGIN} | changed))


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
@pytest.mark.parametrize("audience", [ORIGIN, TOKEN_URL, [ORIGIN]])
async def test_a_registered_key_brings_a_token_that_the_interface_takes(
    algorithm: str, audience: object
) -> None:
    keys = ClientKeys(algorithm)
    house = await _with_partner(keys)
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


def _unsigned(keys: ClientKeys, now: datetime) -> str:
    return jwt.encode(_claims(now), "", algorithm="none", headers={"kid": keys.key_id})


def _with_public_key_as_secret(keys: ClientKeys, now: datetime) -> str:
    pem = keys.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": keys.key_id}).encode()).rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(_claims(now)).encode()).rstrip(b"=")
    told = header + b"." + body
    mac = jwt.get_algorithm_by_name("HS256").sign(told, pem)
    return (told + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def _claims(now: datetime) -> dict[str, Any]:
    at = int(now.timestamp())
    return {"iss": CLIENT, "sub": CLIENT, "aud": ORIGIN, "exp": at + 60, "jti": "1"}


def _with_header(**more: Any) -> Callable[[ClientKeys, datetime], str]:
    def make(keys: ClientKeys, now: datetime) -> str:
        headers = {"kid": keys.key_id, **more}
        return jwt.encode(_claims(now), keys.private_key, algorithm="ES256", headers=headers)

    return make


def _claiming(**changed: Any) -> Callable[[ClientKeys, datetime], str]:
    return lambda keys, now: signed(keys, now, **changed)


def _expiring(seconds: float) -> Callable[[ClientKeys, datetime], str]:
    return lambda keys, now: signed(keys, now, exp=int(now.timestamp() + seconds))


def _altered(keys: ClientKeys, now: datetime) -> str:
    head, body, signature = signed(keys, now).split(".")
    padded = body + "=" * (-len(body) % 4)
    claims = json.loads(base64.urlsafe_b64decode(padded)) | {"jti": "other"}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{forged}.{signature}"


MUTANTS: dict[str, Callable[[ClientKeys, datetime], str]] = {
    "no JWT": lambda _keys, _now: "nonsense",
    "alg none": _unsigned,
    "HS256 with the public key": _with_public_key_as_secret,
    "foreign key under a registered id": lambda keys, now: signed(ClientKeys(key_id=keys.key_id), now),
    "foreign EdDSA key under an ES256 id": lambda keys, now: signed(ClientKeys("EdDSA", keys.key_id), now),
    "unknown key id": lambda keys, now: signed(ClientKeys("ES256", "other", keys.private_key), now),
    "no key id": lambda keys, now: jwt.encode(_claims(now), keys.private_key, algorithm="ES256"),
    "altered after signing": _altered,
    "jku": _with_header(jku="https://attacker.example/jwks.json"),
    "own jwk": lambda keys, now: _with_header(jwk=keys.jwk)(keys, now),
    "x5u": _with_header(x5u="https://attacker.example/chain.pem"),
    "an access token's type": _with_header(typ="at+jwt"),
    "another audience": _claiming(aud="https://another.example"),
    "the interface as audience": _claiming(aud=f"{ORIGIN}{PARTNER_API}"),
    "two audiences": _claiming(aud=[ORIGIN, "https://another.example"]),
    "no audience": _claiming(aud=None),
    "another issuer": _claiming(iss="another-office"),
    "another subject": _claiming(sub="another-office"),
    "no subject": _claiming(sub=None),
    "no jti": _claiming(jti=None),
    "empty jti": _claiming(jti=""),
    "jti of another kind": _claiming(jti=7),
    "no expiry": _claiming(exp=None),
    "expired": _expiring(0),
    "long expired": _expiring(-3600),
    "good for too long": _expiring(301),
    "expiry beyond the calendar": _claiming(exp=10**30),
    "expiry in words": _claiming(exp="tomorrow"),
    "issued in the future": lambda keys, now: signed(keys, now, iat=int(now.timestamp()) + 60),
    "not yet good": lambda keys, now: signed(keys, now, nbf=int(now.timestamp()) + 60),
    "an unknown client": lambda keys, now: keys.assertion(now, "another-office", aud=ORIGIN),
    "too long": lambda keys, now: signed(keys, now, padding="x" * 5000),
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS.keys())
async def test_no_mutant_of_an_assertion_is_taken(
    home: House, client: httpx.AsyncClient, keys: ClientKeys, mutant: Callable[[ClientKeys, datetime], str]
) -> None:
    answer = await ask(client, mutant(keys, home.clock.now()))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
    assert answer.headers["cache-control"] == "no-store"
    assert (await ask(client, signed(keys, home.clock.now()))).status_code == 200


async def test_an_assertion_by_the_printed_key_of_a_decoy_is_refused(
    client: httpx.AsyncClient, home: House
) -> None:
    private = jwt.PyJWK({**DECOYS["ES256"].jwk, "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}).key
    decoy = ClientKeys("ES256", "decoy", private)
    for name in (CLIENT, "another-office"):
        answer = await ask(client, decoy.assertion(home.clock.now(), name, aud=ORIGIN))
        assert answer.json() == {"error": "invalid_client"}


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
    house = await _with_partner(keys, token_client=3)
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
    house = await _with_partner(keys, token_network=3)
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
