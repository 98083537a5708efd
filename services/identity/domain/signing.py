"""The public half of a key with which session tokens are signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SigningKey:
    """A published key.

    Attributes:
        jwk: The public key (RFC 7517); its id is the RFC 7638 thumbprint.
    """

    jwk: dict[str, str]
    published_at: datetime
