"""The session's token: a short ES256 JWT, signed by the owner of sessions and checked by every service."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Protocol, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from libs.chassis.clock import Clock
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import NotSignedIn, SessionExpired

ALGORITHM: Final = "ES256"
AUDIENCE: Final = "khadamaty"
TYPE: Final = "session+jwt"
TOKEN_TTL: Final = timedelta(minutes=15)

_HEADER_FIELDS: Final = frozenset({"alg", "typ", "kid"})
_REQUIRED: Final = ["aud", "auth_time", "centres", "exp", "iat", "kind", "roles", "sid", "sub"]
_CACHE_FOR: Final = timedelta(seconds=60)
_CACHE_SIZE: Final = 4096


class KeyFinder(Protocol):
    """Knows the public keys with which tokens are checked."""

    async def find_key(self, key_id: str) -> EllipticCurvePublicKey | None:
        """The key of that id, or None if it was never published."""
        ...


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
    """Checks tokens: one algorithm, one audience, one type, a known key, nothing that points elsewhere.

    The signature of a token that was checked within the last minute isn't computed again; whether its session
    ended is asked each time.

    Args:
        keys: The published keys.
        ended: The sessions that are over.
        clock: Tells whether a token has expired.
    """

    def __init__(self, keys: KeyFinder, ended: EndedSessions, clock: Clock) -> None:
        self._keys = keys
        self._ended = ended
        self._clock = clock
        self._checked: dict[bytes, tuple[datetime, Claims]] = {}

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
        now = self._clock.now()
        digest = hashlib.sha256(token.encode()).digest()
        known = self._checked.get(digest)
        if known is not None and now - known[0] < _CACHE_FOR:
            claims = known[1]
        else:
            claims = await self._verify(token)
            if len(self._checked) >= _CACHE_SIZE:
                self._checked.clear()
            self._checked[digest] = (now, claims)
        if await self._ended.is_ended(claims.caller.session_id):
            raise NotSignedIn
        return claims

    async def _verify(self, token: str) -> Claims:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise NotSignedIn from None
        if set(header) != _HEADER_FIELDS or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise NotSignedIn
        key = await self._keys.find_key(str(header["kid"]))
        if key is None:
            raise NotSignedIn
        try:
            # The time is compared by the caller with the clock that was passed in, not with the machine's.
            payload = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={
                    "require": _REQUIRED,
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            return _claims(payload)
        except (jwt.InvalidTokenError, TypeError, ValueError, ArithmeticError, OSError):
            raise NotSignedIn from None


def _claims(payload: dict[str, Any]) -> Claims:
    kind = payload["kind"]
    if kind not in {"person", "staff"}:
        raise ValueError("unknown kind of caller")
    caller = Caller(
        kind=cast("Literal['person', 'staff']", kind),
        id=_text(payload["sub"]),
        roles=frozenset(_text(role) for role in payload["roles"]),
        centres=frozenset(_text(centre) for centre in payload["centres"]),
        session_id=_text(payload["sid"]),
        authenticated_at=_moment(payload["auth_time"]),
    )
    return Claims(caller, issued_at=_moment(payload["iat"]), expires_at=_moment(payload["exp"]))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value


def _moment(value: object) -> datetime:
    if not isinstance(value, int):
        raise TypeError("not a NumericDate")
    # A number beyond the platform's calendar raises OverflowError, OSError or ValueError, by its size.
    return datetime.fromtimestamp(value, UTC)
