"""The private key of status lists, in a file that only this service may read."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from libs.chassis.key_files import KeyUnusable, load_or_make
from libs.contracts.qr import key_id_of, key_id_text

_NUMBER_BYTES: Final = 32
# Not "sig": whoever knows that use alone, which payloads' keys have, never takes this key for one of those.
_USE: Final = "status-list"


class FileListKey:
    """Signs by itself.

    Args:
        private: On the curve P-256.
    """

    def __init__(self, private: EllipticCurvePrivateKey) -> None:
        self._private = private
        numbers = private.public_key().public_numbers()
        public = {"crv": "P-256", "kty": "EC", "x": _encoded(numbers.x), "y": _encoded(numbers.y)}
        thumbprint = sha256(json.dumps(public, separators=(",", ":")).encode()).digest()
        self.key_id = key_id_of(base64.urlsafe_b64encode(thumbprint).decode())
        self.jwk: Mapping[str, str] = {
            **public,
            "kid": key_id_text(self.key_id),
            "alg": "ES256",
            "use": _USE,
        }

    @classmethod
    def from_file(cls, path: Path) -> FileListKey:
        """The key of a file, made when there's none yet.

        Raises:
            KeyUnusable: Others than its owner can use the file, or it holds something else.
        """
        key = load_or_make(path, lambda: generate_private_key(SECP256R1()))
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
            raise KeyUnusable("not a private key on the curve P-256")
        return cls(key)

    def sign(self, message: bytes) -> bytes:
        """The ES256 signature: r and s, 32 bytes each (RFC 7518, section 3.4)."""
        der = self._private.sign(message, ECDSA(hashes.SHA256()))
        return b"".join(number.to_bytes(_NUMBER_BYTES) for number in decode_dss_signature(der))


def _encoded(coordinate: int) -> str:
    return base64.urlsafe_b64encode(coordinate.to_bytes(_NUMBER_BYTES)).rstrip(b"=").decode()
