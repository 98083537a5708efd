"""Tokens of machines: a genuine one is read, and no mutant of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from libs.chassis.clock import FixedClock
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import NotSignedIn, TokenRefused
from libs.chassis.web.tokens import TokenReader, TokenSigner
from tests.support.partners import AUDIENCE, CLIENT, ISSUER, KEY_ID, OwnIssuer
from tests.support.visitors import NOON

SCOPE = "certificates.status"
AT = int(NOON.timestamp())
CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": CLIENT,
    "client_id": CLIENT,
    "scope": SCOPE,
    "jti": "1",
    "iat": AT,
    "exp": AT + 600,
}
Make = Callable[[OwnIssuer], str]


def signed(issuer: OwnIssuer, headers: dict[str, Any] | None = None, **changed: Any) -> str:
    """A token by the issuer's own key; None takes a claim away."""
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    told = {"kid": KEY_ID, "typ": "at+jwt"} | (headers or {})
    return jwt.encode(claims, issuer.private_key, algorithm="ES256", headers=told)


def by_hand(algorithm: str, issuer: OwnIssuer, secret: bytes | None) -> str:
    """A token as no library would sign it."""
    header = {"alg": algorithm, "typ": "at+jwt", "kid": KEY_ID}
    told = ".".join(_text(json.dumps(part).encode()) for part in (header, CLAIMS))
    del issuer
    if secret is None:
        return f"{told}."
    return f"{told}.{_text(jwt.get_algorithm_by_name('HS256').sign(told.encode(), secret))}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _public_pem(issuer: OwnIssuer) -> bytes:
    return issuer.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _of_a_session(issuer: OwnIssuer) -> str:
    caller = Caller("staff", CLIENT, frozenset({SCOPE}), session_id="s", authenticated_at=NOON)
    return TokenSigner(KEY_ID, issuer.private_key, FixedClock(NOON)).issue(caller)


def _resigned(_issuer: OwnIssuer) -> str:
    return signed(OwnIssuer(generate_private_key(SECP256R1())))


def _by_ed25519(_issuer: OwnIssuer) -> str:
    headers = {"kid": KEY_ID, "typ": "at+jwt"}
    return jwt.encode(CLAIMS, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=headers)


def _widened(issuer: OwnIssuer) -> str:
    head, body, signature = signed(issuer).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return f"{head}.{_text(json.dumps(claims | {'scope': 'certificates.events'}).encode())}.{signature}"


def _headed(**headers: Any) -> Make:
    return lambda issuer: signed(issuer, headers)


def _claiming(**changed: Any) -> Make:
    return lambda issuer: signed(issuer, **changed)


MUTANTS: dict[str, Make] = {
    "no JWT": lambda _issuer: "nonsense",
    "alg none": lambda issuer: by_hand("none", issuer, None),
    "alg None": lambda issuer: by_hand("None", issuer, None),
    "HS256 with the public key": lambda issuer: by_hand("HS256", issuer, _public_pem(issuer)),
    "ES256 told, HS256 done": lambda issuer: by_hand("ES256", issuer, _public_pem(issuer)),
    "foreign key under a known id": _resigned,
    "another algorithm under a known id": _by_ed25519,
    "scope widened after signing": _widened,
    "a session's token": _of_a_session,
    "unknown key id": _headed(kid="other"),
    "key id of another kind": _headed(kid="../key"),
    "type of a session": _headed(typ="session+jwt"),
    "type JWT": _headed(typ="JWT"),
    "jku": _headed(jku="https://attacker.example/jwks.json"),
    "own jwk": lambda issuer: signed(issuer, {"jwk": {"kty": "oct", "k": "AA"}}),
    "another issuer": _claiming(iss="https://attacker.example"),
    "the sessions' audience": _claiming(aud="khadamaty"),
    "another interface": _claiming(aud=f"{ISSUER}/api/requests/v1"),
    "a list of audiences": _claiming(aud=[AUDIENCE]),
    "another subject": _claiming(sub="another-office"),
    "no client": _claiming(client_id="", sub=""),
    "client of another kind": _claiming(client_id=7, sub=7),
    "scopes as a list": _claiming(scope=[SCOPE]),
    "expired now": _claiming(exp=AT),
    "long expired": _claiming(exp=AT - 86_400),
    "expiry as text": _claiming(exp=str(AT + 600)),
    "expiry beyond the calendar": _claiming(exp=10**30),
    "issued in the future": _claiming(iat=AT + 60),
    **{f"without {name}": _claiming(**{name: None}) for name in CLAIMS},
}


class _NeverEnded:
    """Sessions that go on."""

    async def is_ended(self, session_id: str) -> bool:
        del session_id
        return False


async def test_a_genuine_token_tells_client_and_scopes() -> None:
    issuer, clock = OwnIssuer(), FixedClock(NOON)
    grant = await issuer.reader(clock).read(issuer.token(clock, SCOPE, "certificates.events"))
    assert (grant.client_id, grant.scopes) == (CLIENT, frozenset({SCOPE, "certificates.events"}))
    assert (grant.issued_at, grant.expires_at) == (NOON, NOON + timedelta(minutes=10))


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS.keys())
async def test_no_mutant_is_taken(mutant: Make) -> None:
    issuer = OwnIssuer()
    reader = issuer.reader(FixedClock(NOON))
    assert (await reader.read(signed(issuer))).client_id == CLIENT
    for _again in range(2):
        with pytest.raises(TokenRefused):
            await reader.read(mutant(issuer))


async def test_a_machines_token_is_no_session() -> None:
    issuer, clock = OwnIssuer(), FixedClock(NOON)
    with pytest.raises(NotSignedIn):
        await TokenReader(issuer, _NeverEnded(), clock).read(issuer.token(clock, SCOPE))


async def test_a_token_that_was_read_before_expires_all_the_same() -> None:
    issuer, clock = OwnIssuer(), FixedClock(NOON)
    reader, token = issuer.reader(clock), signed(issuer, exp=AT + 30)
    await reader.read(token)
    clock.advance(timedelta(seconds=30))
    with pytest.raises(TokenRefused):
        await reader.read(token)


async def test_many_tokens_are_read_without_being_kept_for_ever() -> None:
    issuer, clock = OwnIssuer(), FixedClock(NOON)
    reader = issuer.reader(clock)
    for _ in range(3):
        assert (await reader.read(issuer.token(clock, SCOPE))).client_id == CLIENT
        clock.advance(timedelta(minutes=2))
