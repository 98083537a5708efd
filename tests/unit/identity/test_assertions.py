"""Assertions of partners' systems: no mutant of a genuine one brings a token."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from libs.contracts.partners import PARTNER_API
from services.identity.domain.client_keys import DECOYS
from tests.support.identity_house import ORIGIN, House
from tests.support.partners import CLIENT, ClientKeys
from tests.support.token_requests import ask, house_with_partner, program, signed


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
