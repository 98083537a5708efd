"""Keys in files, each for its owner only: for development and for a house without a token."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from libs.chassis.key_files import KeyUnusable, load_or_make
from services.certificates.adapters.seal.keys import raw_of

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
    key = load_or_make(path, lambda: generate_private_key(SECP256R1()))
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
