"""The private key of session tokens: in a file that only this process may read, made where there is none."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from libs.chassis.ids import new_secret

_COORDINATE_BYTES = 32
_OWNER_ONLY = 0o600


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
    if not path.exists():
        _create(path)
    if path.stat().st_mode & ~_OWNER_ONLY & 0o777:
        raise SigningKeyUnusable("the signing key's file must be readable by its owner only")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise SigningKeyUnusable("the signing key's file holds no private key") from error
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


def _create(path: Path) -> None:
    """Write a new key beside the path, then link it there: nobody ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{new_secret(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            os.fsync(file.fileno())
        _link(draft, path)
    finally:
        draft.unlink()


def _link(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return


def _text(number: int) -> str:
    return _base64url(number.to_bytes(_COORDINATE_BYTES))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
