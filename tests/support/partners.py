"""Partners' systems: their keys and assertions, and an issuer whose tokens a service under test takes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from libs.chassis.clock import Clock
from libs.chassis.ids import new_id
from libs.chassis.web.access_tokens import AccessTokenReader, AccessTokenSigner
from libs.contracts.identity import PartnerState
from libs.contracts.partners import PARTNER_API, PartnerPurpose, PartnerScope

ISSUER = "http://localhost:8080"
AUDIENCE = f"{ISSUER}{PARTNER_API}"
CLIENT = "transport-office"
PURPOSE = "fare-reduction"
KEY_ID = "identity-key"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class OwnIssuer:
    """Stands for identity: signs tokens, and knows its published key."""

    private_key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    async def find_key(self, key_id: str) -> EllipticCurvePublicKey | None:
        return self.private_key.public_key() if key_id == KEY_ID else None

    def reader(self, clock: Clock) -> AccessTokenReader:
        """As verification checks tokens."""
        return AccessTokenReader(self, ISSUER, AUDIENCE, clock)

    def token(self, clock: Clock, *scopes: str, client_id: str = CLIENT) -> str:
        """A genuine token."""
        signer = AccessTokenSigner(KEY_ID, self.private_key, ISSUER, clock)
        return signer.issue(client_id, scopes, AUDIENCE, new_id())

    def bearer(self, clock: Clock, *scopes: str, client_id: str = CLIENT) -> dict[str, str]:
        """The header that a partner sends; all scopes where none is named."""
        token = self.token(clock, *(scopes or tuple(PartnerScope)), client_id=client_id)
        return {"authorization": f"Bearer {token}"}


def partner_state(client_id: str = CLIENT, **changed: Any) -> PartnerState:
    """A partner with both scopes, with what a test changes."""
    usual: dict[str, Any] = {
        "client_id": client_id,
        "display_name": "Office of transport",
        "purposes": (PartnerPurpose(code=PURPOSE, authorisation="D-2026-0142"),),
        "scopes": tuple(PartnerScope),
        "webhook_hosts": ("hooks.transport.example",),
        "daily_quota": 5000,
        "tokens_since": LONG_AGO,
    }
    return PartnerState(**(usual | changed))


@dataclass
class ClientKeys:
    """A client's own key pair, as it makes and registers it."""

    algorithm: str = "ES256"
    key_id: str = "own-1"
    private_key: Any = None

    def __post_init__(self) -> None:
        if self.private_key is None:
            ec = self.algorithm == "ES256"
            self.private_key = generate_private_key(SECP256R1()) if ec else Ed25519PrivateKey.generate()

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as a client registers it."""
        public = self.private_key.public_key()
        kind = ECAlgorithm if self.algorithm == "ES256" else OKPAlgorithm
        text = kind.to_jwk(public)
        return {**json.loads(text), "kid": self.key_id, "alg": self.algorithm, "use": "sig"}

    @property
    def jwks(self) -> dict[str, Any]:
        """A key set with this key only."""
        return {"keys": [self.jwk]}

    def assertion(self, now: datetime, client_id: str = CLIENT, **changed: Any) -> str:
        """An assertion (RFC 7523) that is good for a minute; None takes a claim away."""
        at = int(now.timestamp())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": ISSUER,
            "iat": at,
            "exp": at + 60,
            "jti": new_id(),
        } | changed
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, self.private_key, algorithm=self.algorithm, headers={"kid": self.key_id})
