"""Access tokens of machines (RFC 9068): ES256 JWTs for one interface, which checks them by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from libs.chassis.clock import Clock
from libs.chassis.web.errors import TokenRefused
from libs.chassis.web.tokens import ALGORITHM, KeyFinder

TYPE: Final = "at+jwt"
TOKEN_TTL: Final = timedelta(minutes=10)

_HEADER_FIELDS: Final = frozenset({"alg", "typ", "kid"})
#: RFC 9068 section 2.2, all of it.
_REQUIRED: Final = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"]
_SKEW: Final = timedelta(seconds=5)
_CACHE_FOR: Final = timedelta(seconds=60)
_CACHE_SIZE: Final = 4096


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
    """Checks tokens: one algorithm, type, issuer and audience, a known key, nothing that points elsewhere.

    A signature that was checked within the last minute isn't computed again; times are compared each time.

    Args:
        keys: The published keys.
        issuer: Whose tokens are taken.
        audience: For which interface they must be.
        clock: Tells whether a token has expired.
    """

    def __init__(self, keys: KeyFinder, issuer: str, audience: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._checked: dict[bytes, tuple[datetime, Grant]] = {}

    async def read(self, token: str) -> Grant:
        """Check a token.

        Raises:
            TokenRefused: It isn't genuine, isn't for this interface, or its time is over.
        """
        now = self._clock.now()
        digest = hashlib.sha256(token.encode()).digest()
        known = self._checked.get(digest)
        if known is not None and now - known[0] < _CACHE_FOR:
            grant = known[1]
        else:
            grant = await self._verify(token)
            if len(self._checked) >= _CACHE_SIZE:
                self._checked.clear()
            self._checked[digest] = (now, grant)
        if grant.expires_at <= now or grant.issued_at > now + _SKEW:
            raise TokenRefused
        return grant

    async def _verify(self, token: str) -> Grant:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise TokenRefused from None
        if set(header) != _HEADER_FIELDS or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise TokenRefused
        key = await self._keys.find_key(str(header["kid"]))
        if key is None:
            raise TokenRefused
        try:
            # The times are compared with the clock that was passed in, not with the machine's.
            payload = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                options={
                    "require": _REQUIRED,
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            return _grant(payload)
        except (jwt.InvalidTokenError, TypeError, ValueError, ArithmeticError, OSError):
            raise TokenRefused from None


def _grant(payload: dict[str, Any]) -> Grant:
    client_id, scope = payload["client_id"], payload["scope"]
    if not isinstance(client_id, str) or not client_id or payload["sub"] != client_id:
        raise ValueError("not a client's own token")
    if not isinstance(scope, str):
        raise TypeError("scopes are one text")
    return Grant(client_id, frozenset(scope.split()), _moment(payload["iat"]), _moment(payload["exp"]))


def _moment(value: object) -> datetime:
    if not isinstance(value, int):
        raise TypeError("not a NumericDate")
    # A number beyond the platform's calendar raises OverflowError, OSError or ValueError, by its size.
    return datetime.fromtimestamp(value, UTC)
