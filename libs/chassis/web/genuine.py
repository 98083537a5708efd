"""Whether a signed token is genuine: one algorithm, type and audience, a known key, no address in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, Protocol, TypeVar

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from libs.chassis.clock import Clock

ALGORITHM: Final = "ES256"

_HEADER_FIELDS: Final = frozenset({"alg", "typ", "kid"})
_CACHE_FOR: Final = timedelta(seconds=60)
_CACHE_SIZE: Final = 4096

Said = TypeVar("Said")


class KeyFinder(Protocol):
    """Knows the public keys with which tokens are checked."""

    async def find_key(self, key_id: str) -> EllipticCurvePublicKey | None:
        """The key of that id, or None if it was never published."""
        ...


@dataclass(frozen=True)
class TokenKind(Generic[Said]):
    """What makes a token one of a kind.

    Attributes:
        type: Its `typ`.
        audience: For whom it must be.
        required: The claims without which it is none.
        read: What its claims say; where they make no sense it raises TypeError, ValueError, ArithmeticError
            or OSError.
        issuer: Whose it must be; None where the key tells.
    """

    type: str
    audience: str
    required: Sequence[str]
    read: Callable[[Mapping[str, Any]], Said]
    issuer: str | None = None


class GenuineTokens(Generic[Said]):
    """Tells what genuine tokens of one kind say.

    A signature that was checked within the last minute isn't computed again. No time in a token is looked at:
    whoever asks compares it with the clock that was passed in, not with the machine's, each time.

    Args:
        kind: All others aren't genuine.
        keys: The published keys.
        clock: Tells when a minute is over.
    """

    def __init__(self, kind: TokenKind[Said], keys: KeyFinder, clock: Clock) -> None:
        self._kind = kind
        self._keys = keys
        self._clock = clock
        self._checked: dict[bytes, tuple[datetime, Said]] = {}

    async def find(self, token: str) -> Said | None:
        """What a token says, or None if it isn't genuine; its time may be over."""
        now = self._clock.now()
        digest = hashlib.sha256(token.encode()).digest()
        known = self._checked.get(digest)
        if known is not None and now - known[0] < _CACHE_FOR:
            return known[1]
        said = await self._verified(token)
        if said is not None:
            if len(self._checked) >= _CACHE_SIZE:
                self._checked.clear()
            self._checked[digest] = (now, said)
        return said

    async def _verified(self, token: str) -> Said | None:
        kind = self._kind
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            return None
        if set(header) != _HEADER_FIELDS or header["alg"] != ALGORITHM or header["typ"] != kind.type:
            return None
        key = await self._keys.find_key(str(header["kid"]))
        if key is None:
            return None
        try:
            payload = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=kind.audience,
                issuer=kind.issuer,
                options={
                    "require": list(kind.required),
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            return kind.read(payload)
        except (jwt.InvalidTokenError, TypeError, ValueError, ArithmeticError, OSError):
            return None


def moment_of(value: object) -> datetime:
    """A NumericDate (RFC 7519, section 2) as a moment.

    Raises:
        TypeError: It isn't a whole number.
        ValueError: It lies beyond the platform's calendar, as do OverflowError and OSError, by its size.
    """
    if not isinstance(value, int):
        raise TypeError("not a NumericDate")
    return datetime.fromtimestamp(value, UTC)
