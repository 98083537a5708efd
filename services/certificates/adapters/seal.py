"""The process that alone holds the ministry's sealing key: digests come in, signatures go out."""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

_NUMBER_BYTES = 32
_FOR_OWNER_ONLY = 0o600
_FOR_OTHERS = 0o077
_ES256 = ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True)


class KeyUnusable(Exception):
    """The key file is open to others or holds another kind of key."""


def load_key(path: Path) -> EllipticCurvePrivateKey:
    """The sealing key, made when there's none yet; two processes that make one at once agree on the first.

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


def sign_digest(key: EllipticCurvePrivateKey, digest: bytes) -> str:
    """The ES256 signature over a SHA-256 digest.

    It is deterministic (RFC 6979), so that an attempt that is repeated gives the same signature.

    Returns:
        r and s, 32 bytes each, in base64url without padding (RFC 7518, section 3.4).
    """
    pair = decode_dss_signature(key.sign(digest, _ES256))
    return encode(b"".join(number.to_bytes(_NUMBER_BYTES) for number in pair))


def key_id_of(key: EllipticCurvePublicKey) -> str:
    """The thumbprint of a public key (RFC 7638)."""
    numbers = key.public_numbers()
    jwk = {
        "crv": "P-256",
        "kty": "EC",
        "x": encode(numbers.x.to_bytes(_NUMBER_BYTES)),
        "y": encode(numbers.y.to_bytes(_NUMBER_BYTES)),
    }
    return encode(sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())


def encode(value: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def main() -> None:
    """Say which key this is, then answer each line with a digest in hex by a line with its signature."""
    # Ctrl-C is meant for the service, which ends this process by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        key = load_key(Path(sys.argv[1]))
    except (KeyUnusable, OSError, ValueError) as error:
        sys.exit(f"seal: {error}")
    public = key.public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
    _answer(json.dumps({"key_id": key_id_of(public), "public_key": pem}))
    for line in sys.stdin:
        _answer(sign_digest(key, bytes.fromhex(line.strip())))


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


def _answer(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
