"""The public half of a key with which anybody checks what certificates signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class VerifierKey:
    """A published key; it stays published as long as something that it signed is shown.

    Attributes:
        jwk: The public key (RFC 7517); its `kid` is what payloads name it by.
    """

    jwk: dict[str, str]
    published_at: datetime
