"""Tokens: only what our signer signed for our audience, unexpired and unended, opens anything."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import Response
from starlette.requests import Request

from libs.chassis.web.caller import ANONYMOUS, Caller
from libs.chassis.web.errors import NotSignedIn, SessionExpired
from libs.chassis.web.sessions import COOKIE, TokenSigner, clear_cookie, find_token, set_cookie
from tests.support.visitors import KEY_ID, Authority


@pytest.fixture
def authority() -> Authority:
    return Authority()


def payload_of(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return decoded


def forge(authority: Authority, *, header: dict[str, Any] | None = None, **claims: object) -> str:
    """A token signed with the right key, its header or claims altered; a claim of None is left out."""
    payload = payload_of(authority.token(authority.person())) | claims
    return jwt.encode(
        {name: value for name, value in payload.items() if value is not None},
        authority.private_key,
        algorithm="ES256",
        headers={"kid": KEY_ID, "typ": "session+jwt"} | (header or {}),
    )


def by_hand(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def request_with(path: str = "/", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": raw})


async def test_a_token_gives_back_the_caller_it_was_issued_for(authority: Authority) -> None:
    caller = authority.hire("staff-1", "signatory", "registrar", centres=("RBT",))
    claims = await authority.reader().read(authority.token(caller))
    assert claims.caller == caller
    assert claims.expires_at == authority.clock.now() + timedelta(minutes=15)


async def test_an_expired_token_is_told_apart_from_a_false_one(authority: Authority) -> None:
    token = authority.token(authority.person())
    authority.clock.advance(timedelta(minutes=15))
    with pytest.raises(SessionExpired):
        await authority.reader().read(token)
    assert (await authority.reader().read_genuine(token)).caller.id == "person-1"


async def test_a_token_is_good_until_its_last_second(authority: Authority) -> None:
    token = authority.token(authority.person())
    authority.clock.advance(timedelta(minutes=15, seconds=-1))
    assert (await authority.reader().read(token)).caller.signed_in


async def test_an_ended_session_is_refused_even_when_its_token_was_just_checked(authority: Authority) -> None:
    reader, token = authority.reader(), authority.token(authority.person())
    await reader.read(token)
    authority.ended.add("session-of-person-1")
    with pytest.raises(NotSignedIn) as refused:
        await reader.read(token)
    assert refused.value.slug == "not-signed-in"


async def test_a_signature_is_not_worked_out_twice_within_a_minute(authority: Authority) -> None:
    reader, token = authority.reader(), authority.token(authority.person())
    await reader.read(token)
    await reader.read(token)
    assert authority.asked_for_keys == 1
    authority.clock.advance(timedelta(seconds=61))
    await reader.read(token)
    assert authority.asked_for_keys == 2


async def test_a_remembered_token_still_expires(authority: Authority) -> None:
    reader = authority.reader()
    token = authority.token(authority.person(), ttl=timedelta(seconds=30))
    await reader.read(token)
    authority.clock.advance(timedelta(seconds=30))
    with pytest.raises(SessionExpired):
        await reader.read(token)


MUTANTS = {
    "another audience": {"aud": "somebody-else"},
    "a list of audiences": {"aud": ["khadamaty", "somebody-else"]},
    "no audience": {"aud": None},
    "no expiry": {"exp": None},
    "an expiry that is text": {"exp": "never"},
    "an expiry beyond all time": {"exp": 10**18},
    "no session": {"sid": None},
    "an empty session": {"sid": ""},
    "no subject": {"sub": None},
    "a subject that is a number": {"sub": 7},
    "an unknown kind": {"kind": "anonymous"},
    "roles that are a number": {"roles": 7},
    "a role that is a number": {"roles": [7]},
    "no authentication time": {"auth_time": None},
}


@pytest.mark.parametrize("claims", MUTANTS.values(), ids=MUTANTS)
async def test_altered_claims_are_refused_though_signed(authority: Authority, claims: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn) as refused:
        await authority.reader().read(forge(authority, **claims))
    assert refused.type is NotSignedIn


HEADERS = {
    "another type": {"typ": "JWT"},
    "an unknown key": {"kid": "key-2"},
    "an address of keys": {"jku": "http://127.0.0.1/keys"},
    "a key of its own": {"jwk": {"kty": "EC"}},
    "a certificate's address": {"x5u": "http://127.0.0.1/cert"},
    "a critical extension": {"crit": ["exp"]},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
async def test_altered_headers_are_refused_though_signed(
    authority: Authority, header: dict[str, Any]
) -> None:
    with pytest.raises(NotSignedIn):
        await authority.reader().read(forge(authority, header=header))


async def test_a_forged_but_unaltered_token_passes_so_the_mutants_fail_for_their_mutation(
    authority: Authority,
) -> None:
    assert (await authority.reader().read(forge(authority))).caller == authority.person()


async def test_a_token_without_a_signature_is_refused(authority: Authority) -> None:
    payload = payload_of(authority.token(authority.person()))
    for algorithm in ("none", "None", "ES256"):
        token = by_hand({"alg": algorithm, "kid": KEY_ID, "typ": "session+jwt"}, payload)
        with pytest.raises(NotSignedIn):
            await authority.reader().read(token)


async def test_the_public_key_is_no_secret_of_an_hmac(authority: Authority) -> None:
    public = authority.private_key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "kid": KEY_ID, "typ": "session+jwt"}
    payload = payload_of(authority.token(authority.person()))
    unsigned = by_hand(header, payload).rstrip(".")
    hmac = jwt.get_algorithm_by_name("HS256")
    # PyJWT refuses to prepare a PEM as an HMAC key, so an attacker would sign with the bare algorithm.
    signature = base64.urlsafe_b64encode(hmac.sign(unsigned.encode(), pem)).rstrip(b"=").decode()
    with pytest.raises(NotSignedIn):
        await authority.reader().read(f"{unsigned}.{signature}")


@pytest.mark.parametrize("curve", [SECP256R1(), SECP384R1()], ids=["same curve", "bigger curve"])
async def test_a_key_of_somebody_else_is_refused(authority: Authority, curve: SECP256R1 | SECP384R1) -> None:
    algorithm = "ES256" if isinstance(curve, SECP256R1) else "ES384"
    payload = payload_of(authority.token(authority.person()))
    headers = {"kid": KEY_ID, "typ": "session+jwt"}
    token = jwt.encode(payload, generate_private_key(curve), algorithm=algorithm, headers=headers)
    with pytest.raises(NotSignedIn):
        await authority.reader().read(token)


async def test_a_tampered_token_is_refused_wherever_it_was_touched(authority: Authority) -> None:
    header, payload, signature = authority.token(authority.person()).split(".")
    swapped = payload_of(f"{header}.{payload}.{signature}") | {"roles": ["administrator"]}
    fuller = base64.urlsafe_b64encode(json.dumps(swapped).encode()).rstrip(b"=").decode()
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    for token in (
        f"{header}.{fuller}.{signature}",
        f"{header}.{payload}.{flipped}",
        f"{header}.{payload}",
        "",
        "a.b",
    ):
        with pytest.raises(NotSignedIn):
            await authority.reader().read(token)


async def test_the_signer_signs_for_nobody_unknown(authority: Authority) -> None:
    signer = TokenSigner(KEY_ID, authority.private_key, authority.clock)
    unproven = replace(authority.person(), authenticated_at=None)
    for caller in (ANONYMOUS, unproven, replace(authority.person(), session_id="")):
        with pytest.raises(ValueError, match="session"):
            signer.issue(caller)


async def test_roles_of_the_staff_are_what_token_and_register_agree_on(authority: Authority) -> None:
    caller = authority.hire("staff-1", "signatory", "registrar", centres=("RBT", "CAS"))
    token = authority.token(caller)
    authority.hire("staff-1", "registrar", "administrator", centres=("CAS", "FES"))
    seen = await authority.sessions().caller_of(request_with(cookie=f"{COOKIE}={token}"))
    assert seen.roles == {"registrar"}
    assert seen.centres == {"CAS"}


async def test_staff_who_left_hold_no_role(authority: Authority) -> None:
    token = authority.token(authority.hire("staff-1", "signatory"))
    authority.staff.clear()
    seen = await authority.sessions().caller_of(request_with(cookie=f"{COOKIE}={token}"))
    assert seen.id == "staff-1"
    assert seen.roles == frozenset()


async def test_without_a_token_one_is_nobody(authority: Authority) -> None:
    assert await authority.sessions().caller_of(request_with()) == ANONYMOUS
    assert await authority.sessions().find_owner(request_with()) is None


async def test_the_owner_of_an_expired_token_is_known_and_of_a_false_one_not(authority: Authority) -> None:
    token = authority.token(authority.person())
    authority.clock.advance(timedelta(hours=3))
    owner = await authority.sessions().find_owner(request_with(cookie=f"{COOKIE}={token}"))
    assert isinstance(owner, Caller)
    assert owner.id == "person-1"
    assert await authority.sessions().find_owner(request_with(cookie=f"{COOKIE}={token}x")) is None


def test_a_bearer_token_counts_under_api_only() -> None:
    assert find_token(request_with("/api/probe/v1/things", authorization="Bearer abc")) == "abc"
    assert find_token(request_with("/things", authorization="Bearer abc")) is None
    assert find_token(request_with("/api/probe/v1/things", authorization="Basic abc")) is None


def test_the_cookie_is_bound_to_its_host_and_out_of_reach_of_scripts() -> None:
    response = Response()
    set_cookie(response, "token", max_age_s=60)
    attributes = {part.strip().lower() for part in response.headers["set-cookie"].split(";")}
    assert attributes == {
        "__host-session=token", "max-age=60", "path=/", "secure", "httponly", "samesite=lax",
    }  # fmt: skip


def test_clearing_the_cookie_keeps_the_attributes_that_its_prefix_asks_for() -> None:
    response = Response()
    clear_cookie(response)
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith('__host-session=""; ')
    assert "max-age=0" in cookie
    assert "secure" in cookie
    assert "path=/" in cookie
