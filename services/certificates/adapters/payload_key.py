"""The key of QR payloads, as the seal's process holds it beside the seal."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from libs.contracts.qr import KEY_ID_BYTES

_COORDINATE_BYTES = 32


class HoldsKeys(Protocol):
    """A process that signs with keys which this one never sees."""

    async def sign(self, key: Literal["qr"], sha256: bytes) -> bytes:
        """The signature, r and s, over a digest."""
        ...

    async def public_key(self, key: Literal["qr"]) -> EllipticCurvePublicKey:
        """The public half."""
        ...


class HeldPayloadKey:
    """Asks for the public half once, and for signatures whenever one is wanted."""

    def __init__(self, holder: HoldsKeys) -> None:
        self._holder = holder
        self._jwk: Mapping[str, str] | None = None
        self._key_id = b""

    async def key_id(self) -> bytes:
        """How payloads name it: the first 8 bytes of its thumbprint (RFC 7638).

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        if not self._key_id:
            members = json.dumps(await self.public_jwk(), sort_keys=True, separators=(",", ":")).encode()
            self._key_id = sha256(members).digest()[:KEY_ID_BYTES]
        return self._key_id

    async def public_jwk(self) -> Mapping[str, str]:
        """Its public half: `kty`, `crv`, `x` and `y` (RFC 7517).

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        if self._jwk is None:
            numbers = (await self._holder.public_key("qr")).public_numbers()
            self._jwk = {"crv": "P-256", "kty": "EC", "x": _encoded(numbers.x), "y": _encoded(numbers.y)}
        return self._jwk

    async def sign(self, sha256: bytes) -> bytes:
        """The ES256 signature over a digest: r and s, 32 bytes each.

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        return await self._holder.sign("qr", sha256)


def _encoded(coordinate: int) -> str:
    return base64.urlsafe_b64encode(coordinate.to_bytes(_COORDINATE_BYTES)).rstrip(b"=").decode()
