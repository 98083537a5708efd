"""The public keys of a client, read from a JWK set (RFC 7517): ES256 or EdDSA, one algorithm for each key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import jwt

from services.identity.errors import ClientKeysUnusable

MOST_KEYS: Final = 5
LONGEST_ID: Final = 200
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
#: Kind and curve of a key to the one algorithm that it is used with (RFC 7518, RFC 8037).
_BY_CURVE: Final = {("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
ALGORITHMS: Final = tuple(_BY_CURVE.values())
_KEPT: Final = ("kty", "crv", "x", "y")


@dataclass(frozen=True)
class ClientKey:
    """One public key.

    Attributes:
        algorithm: The only one that it is used with.
        jwk: Kind, curve and point, nothing else of what was handed in.
    """

    key_id: str
    algorithm: str
    jwk: dict[str, str]

    @property
    def public_key(self) -> Any:
        """The key in the form that signatures are checked with."""
        return jwt.PyJWK(self.jwk, algorithm=self.algorithm).key


#: Checked against where there's no key, so that the absence can't be timed: examples of RFC 7517 and of
#: RFC 8037, whose private halves are printed there, so what they prove is never believed.
DECOYS: Final = {
    "ES256": ClientKey(
        "decoy",
        "ES256",
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        },
    ),
    "EdDSA": ClientKey(
        "decoy",
        "EdDSA",
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    ),
}


def read_keys(jwks: Mapping[str, Any]) -> tuple[ClientKey, ...]:
    """The keys of a JWK set.

    Args:
        jwks: As read from JSON.

    Raises:
        ClientKeysUnusable: It holds no usable key, too many, or one that shouldn't have left its owner.
    """
    listed = jwks.get("keys")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_KEYS:
        raise ClientKeysUnusable(f"a key set holds one to {MOST_KEYS} keys under `keys`")
    keys = tuple(_read(jwk) for jwk in listed)
    if len({key.key_id for key in keys}) < len(keys):
        raise ClientKeysUnusable("two keys have the same `kid`")
    return keys


def _read(jwk: object) -> ClientKey:
    if not isinstance(jwk, dict):
        raise ClientKeysUnusable("a key is a JSON object")
    if jwk.keys() & _PRIVATE:
        raise ClientKeysUnusable("a private key: it stays with its owner, and this one is to be replaced")
    algorithm = _BY_CURVE.get((str(jwk.get("kty")), str(jwk.get("crv"))))
    if algorithm is None or jwk.get("alg", algorithm) != algorithm or jwk.get("use", "sig") != "sig":
        raise ClientKeysUnusable("a key is on P-256 for ES256 or on Ed25519 for EdDSA, for signatures")
    key_id = jwk.get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= LONGEST_ID:
        raise ClientKeysUnusable("a key has a `kid`")
    key = ClientKey(key_id, algorithm, {name: cast("str", jwk[name]) for name in _KEPT if name in jwk})
    try:
        key.public_key  # noqa: B018  # reading it is the check
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise ClientKeysUnusable("a key that can't be read") from error
    return key
