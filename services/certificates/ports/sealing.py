"""What holds the keys, and what tells the time of their signatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from services.certificates.domain.evidence import Evidence
from services.certificates.domain.version import Seal


class Signer(Protocol):
    """Asks the holder of the ministry's seal for a signature."""

    async def sign(self, sha256: str) -> Seal:
        """The seal over a document.

        Args:
            sha256: In hex, of the file but for the signature's slot.

        Raises:
            SealUnavailable: The key doesn't answer, or isn't certified today.
        """
        ...

    def evidence(self) -> Evidence:
        """What a file that is sealed today carries for its later judges.

        Raises:
            SealUnavailable: The certificates can't be read.
        """
        ...


class TimeStamps(Protocol):
    """Asks a time-stamp authority."""

    async def stamp(self, seal: Seal) -> Seal:
        """The same seal with a time-stamp of its signature, at level B-LT.

        Raises:
            TimeStampUnavailable: The authority doesn't answer, or not as it should.
        """
        ...


class PayloadKey(Protocol):
    """Reaches the key that signs QR payloads, wherever it is held."""

    async def key_id(self) -> bytes:
        """How payloads name it: the first 8 bytes of its thumbprint (RFC 7638).

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        ...

    async def public_jwk(self) -> Mapping[str, str]:
        """Its public half: `kty`, `crv`, `x` and `y` (RFC 7517).

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        ...

    async def sign(self, sha256: bytes) -> bytes:
        """The ES256 signature over a digest: r and s, 32 bytes each.

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        ...
