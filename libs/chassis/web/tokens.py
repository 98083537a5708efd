"""The session's token: a short ES256 JWT, signed by the owner of sessions and checked by every service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from libs.chassis.clock import Clock
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import NotSignedIn, SessionExpired
from libs.chassis.web.genuine import ALGORITHM, GenuineTokens, KeyFinder, TokenKind, moment_of

AUDIENCE: Final = "khadamaty"
TYPE: Final = "session+jwt"
TOKEN_TTL: Final = timedelta(minutes=15)

_REQUIRED: Final = ["aud", "auth_time", "centres", "exp", "iat", "kind", "roles", "sid", "sub"]


class EndedSessions(Protocol):
    """Knows the sessions that ended before their tokens did."""

    async def is_ended(self, session_id: str) -> bool:
        """Whether that session is over."""
        ...


@dataclass(frozen=True)
class Claims:
    """What a genuine token says."""

    caller: Caller
    issued_at: datetime
    expires_at: datetime


class TokenSigner:
    """Issues tokens; only the owner of sessions has one.

    Args:
        key_id: The published id of the key, the token's `kid`.
        private_key: On the curve P-256.
        clock: Tells the time of issue.
    """

    def __init__(self, key_id: str, private_key: EllipticCurvePrivateKey, clock: Clock) -> None:
        self._key_id = key_id
        self._key = private_key
        self._clock = clock

    def issue(self, caller: Caller, *, ttl: timedelta = TOKEN_TTL) -> str:
        """Sign a token for a signed-in caller.

        Args:
            caller: Whom it stands for, with the session's id and the time of authentication.
            ttl: How long it is good for.

        Returns:
            A compact JWS (RFC 7519).

        Raises:
            ValueError: The caller isn't signed in.
        """
        if not caller.signed_in or caller.authenticated_at is None or not caller.session_id:
            raise ValueError("a token needs a signed-in caller with a session")
        now = self._clock.now()
        claims = {
            "aud": AUDIENCE,
            "sub": caller.id,
            "sid": caller.session_id,
            "kind": caller.kind,
            "roles": sorted(caller.roles),
            "centres": sorted(caller.centres),
            "auth_time": int(caller.authenticated_at.timestamp()),
            "iat": int(now.timestamp()),
            "exp": int((now + ttl).timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id, "typ": TYPE})


class TokenReader:
    """Checks tokens; whether a token's session ended is asked each time.

    Args:
        keys: The published keys.
        ended: The sessions that are over.
        clock: Tells whether a token has expired.
    """

    def __init__(self, keys: KeyFinder, ended: EndedSessions, clock: Clock) -> None:
        self._genuine = GenuineTokens(_KIND, keys, clock)
        self._ended = ended
        self._clock = clock

    async def read(self, token: str) -> Claims:
        """Check a token that must still be good.

        Raises:
            SessionExpired: It is genuine, its session goes on, and its time is over.
            NotSignedIn: Anything else is wrong with it.
        """
        claims = await self.read_genuine(token)
        if claims.expires_at <= self._clock.now():
            raise SessionExpired
        return claims

    async def read_genuine(self, token: str) -> Claims:
        """Check a token whose time may be over; its session mustn't be.

        Raises:
            NotSignedIn: It isn't genuine, or its session has ended.
        """
        claims = await self._genuine.find(token)
        if claims is None or await self._ended.is_ended(claims.caller.session_id):
            raise NotSignedIn
        return claims


def _claims(payload: Mapping[str, Any]) -> Claims:
    kind = payload["kind"]
    if kind not in {"person", "staff"}:
        raise ValueError("unknown kind of caller")
    caller = Caller(
        kind=cast("Literal['person', 'staff']", kind),
        id=_text(payload["sub"]),
        roles=frozenset(_text(role) for role in payload["roles"]),
        centres=frozenset(_text(centre) for centre in payload["centres"]),
        session_id=_text(payload["sid"]),
        authenticated_at=moment_of(payload["auth_time"]),
    )
    return Claims(caller, issued_at=moment_of(payload["iat"]), expires_at=moment_of(payload["exp"]))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value


_KIND: Final = TokenKind(TYPE, AUDIENCE, _REQUIRED, _claims)
