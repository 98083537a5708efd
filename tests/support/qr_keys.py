"""A key that signs QR payloads in the test's own process, and payloads signed with it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from libs.contracts.qr import QrClaims, address_of, key_id_of, key_id_text, prepare


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class OwnQrKey:
    """Holds its private key itself; counts what it signed."""

    private: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    signed: list[bytes] = field(default_factory=list)

    def jwk(self) -> dict[str, str]:
        """Its public half as the platform publishes it."""
        numbers = self.private.public_key().public_numbers()
        jwk = {
            "crv": "P-256",
            "kty": "EC",
            "x": encoded(numbers.x.to_bytes(32)),
            "y": encoded(numbers.y.to_bytes(32)),
        }
        thumbprint = encoded(sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())
        return {**jwk, "kid": key_id_text(key_id_of(thumbprint)), "alg": "ES256", "use": "sig"}

    async def key_id(self) -> bytes:
        return key_id_of(self.jwk()["kid"])

    async def public_jwk(self) -> Mapping[str, str]:
        return {name: self.jwk()[name] for name in ("kty", "crv", "x", "y")}

    async def sign(self, sha256: bytes) -> bytes:
        self.signed.append(sha256)
        pair = decode_dss_signature(self.private.sign(sha256, ECDSA(Prehashed(hashes.SHA256()))))
        return b"".join(number.to_bytes(32) for number in pair)

    async def address(self, claims: QrClaims, origin: str) -> str:
        """The address that a QR code with these claims opens."""
        return address_of(await self.payload(claims), origin)

    async def payload(self, claims: QrClaims) -> bytes:
        """The claims, signed."""
        unsigned = prepare(claims, await self.key_id())
        return unsigned.signed(await self.sign(sha256(unsigned.to_be_signed).digest()))
