"""The private key of session tokens: in a file that only this process may read, made where there is none."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)

from libs.chassis.key_files import KeyUnusable, load_or_make

_COORDINATE_BYTES = 32


class SigningKeyUnusable(Exception):
    """The file holds no private key on the curve P-256, or others may read it."""


@dataclass(frozen=True)
class SigningPair:
    """A private key with what is published of it.

    Attributes:
        key_id: The public key's thumbprint (RFC 7638).
        jwk: The public key (RFC 7517).
    """

    key_id: str
    jwk: dict[str, str]
    private_key: EllipticCurvePrivateKey


def load_or_create(path: Path) -> SigningPair:
    """Read the key, or make one where the file doesn't exist; two processes at once keep the same one.

    Raises:
        SigningKeyUnusable: The file holds something else, or others may read it.
    """
    try:
        key = load_or_make(path, lambda: generate_private_key(SECP256R1()))
    except KeyUnusable as error:
        raise SigningKeyUnusable(f"the signing key's file: {error}") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise SigningKeyUnusable("the signing key isn't on the curve P-256")
    return pair_of(key)


def pair_of(key: EllipticCurvePrivateKey) -> SigningPair:
    """A key with its thumbprint and its public half."""
    numbers = key.public_key().public_numbers()
    curve = {"crv": "P-256", "kty": "EC", "x": _text(numbers.x), "y": _text(numbers.y)}
    members = json.dumps(curve, sort_keys=True, separators=(",", ":")).encode()
    key_id = _base64url(sha256(members).digest())
    return SigningPair(key_id, {**curve, "kid": key_id, "alg": "ES256", "use": "sig"}, key)


def _text(number: int) -> str:
    return _base64url(number.to_bytes(_COORDINATE_BYTES))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
