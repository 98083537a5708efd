"""Keys in files, each for its owner only: for development and for a house without a token."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from services.certificates.adapters.seal.keys import KeyUnusable, raw_of

_FOR_OWNER_ONLY = 0o600
_FOR_OTHERS = 0o077
_ES256 = ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True)


class FileKey:
    """A key in a PEM file, made when there's none yet.

    Args:
        path: The file.

    Raises:
        KeyUnusable: Others can read the file, or it isn't a key on the curve P-256.
    """

    def __init__(self, path: Path) -> None:
        self._key = load_key(path)

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """Its public half."""
        return self._key.public_key()

    def sign(self, digest: bytes) -> bytes:
        """The ES256 signature over a SHA-256 digest: r and s, 32 bytes each."""
        return sign_digest(self._key, digest)


def load_key(path: Path) -> EllipticCurvePrivateKey:
    """The key of a file, made when there's none yet; two processes that make one at once agree on the first.

    Raises:
        KeyUnusable: Others can read the file, or it isn't a key on the curve P-256.
    """
    if not path.exists():
        _create(path)
    if path.stat().st_mode & _FOR_OTHERS:
        raise KeyUnusable("others than its owner can read the key file")
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise KeyUnusable("not a private key on the curve P-256")
    return key


def sign_digest(key: EllipticCurvePrivateKey, digest: bytes) -> bytes:
    """The ES256 signature over a SHA-256 digest.

    It is deterministic (RFC 6979), so that an attempt that is repeated gives the same signature.

    Returns:
        r and s, 32 bytes each.
    """
    return raw_of(key.sign(digest, _ES256))


def _create(path: Path) -> None:
    key = generate_private_key(SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_OWNER_ONLY), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()
