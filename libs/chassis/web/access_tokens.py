"""Access tokens of machines (RFC 9068): ES256 JWTs for one interface, which checks them by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from libs.chassis.clock import Clock
from libs.chassis.web.errors import TokenRefused
from libs.chassis.web.genuine import ALGORITHM, GenuineTokens, KeyFinder, TokenKind, moment_of

TYPE: Final = "at+jwt"
TOKEN_TTL: Final = timedelta(minutes=10)

#: RFC 9068 section 2.2, all of it.
_REQUIRED: Final = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"]
_SKEW: Final = timedelta(seconds=5)


@dataclass(frozen=True)
class Grant:
    """What a genuine token allows, and to whom."""

    client_id: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime


class AccessTokenSigner:
    """Issues tokens; only the owner of clients has one.

    Args:
        key_id: The published id of the key, the token's `kid`.
        private_key: On the curve P-256.
        issuer: The public origin.
        clock: Tells the time of issue.
    """

    def __init__(self, key_id: str, private_key: EllipticCurvePrivateKey, issuer: str, clock: Clock) -> None:
        self._key_id = key_id
        self._key = private_key
        self._issuer = issuer
        self._clock = clock

    def issue(self, client_id: str, scopes: Collection[str], audience: str, token_id: str) -> str:
        """Sign a token that is good for ten minutes.

        Args:
            client_id: Whom it stands for.
            scopes: What it is good for.
            audience: The interface that may take it.
            token_id: Unique.

        Returns:
            A compact JWS (RFC 9068).
        """
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "aud": audience,
            "sub": client_id,
            "client_id": client_id,
            "scope": " ".join(sorted(scopes)),
            "jti": token_id,
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_TTL).timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id, "typ": TYPE})


class AccessTokenReader:
    """Checks tokens; their times are compared each time.

    Args:
        keys: The published keys.
        issuer: Whose tokens are taken.
        audience: For which interface they must be.
        clock: Tells whether a token has expired.
    """

    def __init__(self, keys: KeyFinder, issuer: str, audience: str, clock: Clock) -> None:
        self._genuine = GenuineTokens(TokenKind(TYPE, audience, _REQUIRED, _grant, issuer), keys, clock)
        self._clock = clock

    async def read(self, token: str) -> Grant:
        """Check a token.

        Raises:
            TokenRefused: It isn't genuine, isn't for this interface, or its time is over.
        """
        grant, now = await self._genuine.find(token), self._clock.now()
        if grant is None or grant.expires_at <= now or grant.issued_at > now + _SKEW:
            raise TokenRefused
        return grant


def _grant(payload: Mapping[str, Any]) -> Grant:
    client_id, scope = payload["client_id"], payload["scope"]
    if not isinstance(client_id, str) or not client_id or payload["sub"] != client_id:
        raise ValueError("not a client's own token")
    if not isinstance(scope, str):
        raise TypeError("scopes are one text")
    return Grant(client_id, frozenset(scope.split()), moment_of(payload["iat"]), moment_of(payload["exp"]))
