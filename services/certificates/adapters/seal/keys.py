"""What a key does for the seal, wherever it is held: ES256 over a digest, and its public half."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import Final, Protocol

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from libs.chassis.key_files import KeyUnusable

NUMBER_BYTES: Final = 32


class SigningKey(Protocol):
    """A private key on the curve P-256, in a file, a token or a key service."""

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """Its public half."""
        ...

    def sign(self, digest: bytes) -> bytes:
        """The ES256 signature over a SHA-256 digest: r and s, 32 bytes each (RFC 7518, section 3.4).

        Raises:
            KeyUnusable: The key can't be reached.
        """
        ...


def public_key_of(pem_or_der: bytes) -> EllipticCurvePublicKey:
    """A public key on the curve P-256.

    Raises:
        KeyUnusable: It is of another kind.
    """
    is_pem = pem_or_der.startswith(b"-----")
    load = serialization.load_pem_public_key if is_pem else serialization.load_der_public_key
    try:
        key = load(pem_or_der)
    except ValueError as error:
        raise KeyUnusable("no public key") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise KeyUnusable("not a public key on the curve P-256")
    return key


def raw_of(der: bytes) -> bytes:
    """A signature in DER as r and s, 32 bytes each.

    Raises:
        KeyUnusable: It is no such signature.
    """
    try:
        return b"".join(number.to_bytes(NUMBER_BYTES) for number in decode_dss_signature(der))
    except (ValueError, OverflowError) as error:
        raise KeyUnusable("no ES256 signature") from error


def key_id_of(key: EllipticCurvePublicKey) -> str:
    """The thumbprint of a public key (RFC 7638), in base64url without padding."""
    numbers = key.public_numbers()
    jwk = {
        "crv": "P-256",
        "kty": "EC",
        "x": encode(numbers.x.to_bytes(NUMBER_BYTES)),
        "y": encode(numbers.y.to_bytes(NUMBER_BYTES)),
    }
    return encode(sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())


def encode(value: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
