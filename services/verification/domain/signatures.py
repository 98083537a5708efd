"""Signatures of webhooks (Standard Webhooks 1.0.0): HMAC-SHA-256 with a shared secret, or Ed25519."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: The specification asks for 24 to 64 bytes.
SECRET_BYTES: Final = 32

_SHARED: Final = "whsec_"
_PRIVATE: Final = "whsk_"
_PUBLIC: Final = "whpk_"


class Scheme(StrEnum):
    """How a subscription's webhooks are signed, by the mark that stands before each signature."""

    HMAC = "v1"
    ED25519 = "v1a"


@dataclass(frozen=True)
class SigningKey:
    """What webhooks are signed with.

    Attributes:
        text: As the specification writes it: `whsec_` and a shared secret, or `whsk_` and a private key's
            seed, both in base64.
    """

    text: str

    @classmethod
    def make(cls, scheme: Scheme, entropy: Callable[[int], bytes]) -> SigningKey:
        """A new key.

        Args:
            scheme: What it is for.
            entropy: Gives that many unpredictable bytes.
        """
        prefix = _SHARED if scheme is Scheme.HMAC else _PRIVATE
        return cls(prefix + base64.b64encode(entropy(SECRET_BYTES)).decode())

    @property
    def scheme(self) -> Scheme:
        """What it is for."""
        return Scheme.ED25519 if self.text.startswith(_PRIVATE) else Scheme.HMAC

    @property
    def verifier(self) -> str:
        """What the receiver checks with: the same shared secret, or `whpk_` and the public key."""
        if self.scheme is Scheme.HMAC:
            return self.text
        public = self._private_key().public_key().public_bytes_raw()
        return _PUBLIC + base64.b64encode(public).decode()

    def signer(self) -> Callable[[bytes], str]:
        """Signs the bytes that `signed_content` made."""
        if self.scheme is Scheme.HMAC:
            secret = base64.b64decode(self.text.removeprefix(_SHARED))
            return lambda content: _marked(Scheme.HMAC, hmac.digest(secret, content, sha256))
        private = self._private_key()
        return lambda content: _marked(Scheme.ED25519, private.sign(content))

    def _private_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(self.text.removeprefix(_PRIVATE)))


@dataclass(frozen=True)
class Signers:
    """Signs with the present key and, while it is being exchanged, with the one before, too."""

    each: Sequence[Callable[[bytes], str]]

    @classmethod
    def of(cls, keys: Sequence[SigningKey]) -> Signers:
        """Those of the keys."""
        return cls([key.signer() for key in keys])

    def headers(self, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
        """The three headers of one attempt (Standard Webhooks, webhook metadata)."""
        content = signed_content(message_id, timestamp_s, body)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": " ".join(sign(content) for sign in self.each),
        }


def signed_content(message_id: str, timestamp_s: int, body: bytes) -> bytes:
    """What is signed: id, moment and body, with full stops between."""
    return f"{message_id}.{timestamp_s}.".encode() + body


def _marked(scheme: Scheme, signature: bytes) -> str:
    return f"{scheme},{base64.b64encode(signature).decode()}"
