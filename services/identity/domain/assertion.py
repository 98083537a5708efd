"""A client's signed assertion (RFC 7523 section 3): what it has to say, and whether its own key says it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from services.identity.domain.client_keys import ALGORITHMS, ClientKey

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE: Final = timedelta(minutes=5)
LONGEST: Final = 4096

_SKEW: Final = timedelta(seconds=30)
_LONGEST_JTI: Final = 255
_TYPES: Final = frozenset({"JWT", "client-authentication+jwt"})
_REQUIRED: Final = ["iss", "sub", "aud", "exp", "jti"]


class AssertionFaulty(Exception):
    """The assertion proves nothing; the message says why, for tests and for nobody else."""


@dataclass(frozen=True)
class Claimed:
    """What an assertion says of itself before anything is checked."""

    client_id: str
    key_id: str
    algorithm: str


@dataclass(frozen=True)
class Proof:
    """What a checked assertion leaves to be done: its id counts once, until it has expired."""

    jti: str
    expires_at: datetime


def read_claimed(assertion: str) -> Claimed:
    """Whose assertion it claims to be, by which key.

    Raises:
        AssertionFaulty: It isn't a plain JWS of ours: another algorithm, or a header that points elsewhere.
    """
    if len(assertion) > LONGEST:
        raise AssertionFaulty("too long")
    try:
        header = jwt.get_unverified_header(assertion)
        payload = jwt.decode(assertion, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise AssertionFaulty("no JWT") from error
    if not header.keys() <= {"alg", "kid", "typ"} or header.get("typ", "JWT") not in _TYPES:
        raise AssertionFaulty("header")
    algorithm, key_id, client_id = header.get("alg"), header.get("kid"), payload.get("iss")
    if algorithm not in ALGORITHMS or not isinstance(key_id, str) or not isinstance(client_id, str):
        raise AssertionFaulty("algorithm, key or issuer")
    return Claimed(client_id, key_id, algorithm)


def check_assertion(
    assertion: str, claimed: Claimed, key: ClientKey, audiences: Collection[str], now: datetime
) -> Proof:
    """Check an assertion with a key.

    Args:
        assertion: The compact JWS.
        claimed: What `read_claimed` found.
        key: With which it must be signed, by the key's own algorithm.
        audiences: Names of this server, one of which it is meant for and no other.
        now: The moment.

    Raises:
        AssertionFaulty: Anything is wrong with it.
    """
    try:
        payload = jwt.decode(
            assertion,
            key.public_key,
            algorithms=[key.algorithm],
            # Each claim is compared below, times with the clock that was passed in.
            options={
                "require": _REQUIRED,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise AssertionFaulty("signature") from error
    if not payload["iss"] == payload["sub"] == claimed.client_id:
        raise AssertionFaulty("issuer and subject")
    if _only(payload["aud"]) not in audiences:
        raise AssertionFaulty("audience")
    jti = payload["jti"]
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise AssertionFaulty("jti")
    return Proof(jti, _checked_times(payload, now))


def _checked_times(payload: dict[str, Any], now: datetime) -> datetime:
    expires_at = _moment(payload["exp"])
    if not now < expires_at <= now + LONGEST_LIFE:
        raise AssertionFaulty("expiry")
    for name in ("iat", "nbf"):
        if name in payload and _moment(payload[name]) > now + _SKEW:
            raise AssertionFaulty(name)
    return expires_at


def _only(audience: object) -> object:
    """The one audience: an assertion for several servers could be handed on by one of them."""
    if isinstance(audience, list) and len(audience) == 1:
        return audience[0] if isinstance(audience[0], str) else None
    return audience if isinstance(audience, str) else None


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AssertionFaulty("not a NumericDate")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, ArithmeticError, OSError) as error:
        raise AssertionFaulty("not a NumericDate") from error
