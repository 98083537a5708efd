"""Sessions: who sent a request, by the token in a `__Host-` cookie; how the cookie is set, read and taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol

from fastapi import Request, Response

from libs.chassis.web.caller import ANONYMOUS, Caller
from libs.chassis.web.errors import NotSignedIn
from libs.chassis.web.genuine import ALGORITHM, KeyFinder
from libs.chassis.web.tokens import TOKEN_TTL, Claims, EndedSessions, TokenReader, TokenSigner

__all__ = [
    "ALGORITHM",
    "COOKIE",
    "TOKEN_TTL",
    "Claims",
    "EndedSessions",
    "KeyFinder",
    "Sessions",
    "StaffFinder",
    "StaffStanding",
    "TokenReader",
    "TokenSigner",
    "clear_cookie",
    "find_token",
    "read_cookie",
    "set_cookie",
]

COOKIE: Final = "__Host-session"


@dataclass(frozen=True)
class StaffStanding:
    """What a staff member may do now, whatever an older token says."""

    roles: frozenset[str]
    centres: frozenset[str]


class StaffFinder(Protocol):
    """Knows the present roles of the staff."""

    async def find_staff(self, staff_id: str) -> StaffStanding | None:
        """Their standing, or None if they aren't known or no longer active: then no role is left."""
        ...


class Sessions:
    """Tells who sent a request.

    Args:
        reader: Checks the tokens.
        staff: Tells what roles a staff member still holds.
    """

    def __init__(self, reader: TokenReader, staff: StaffFinder) -> None:
        self._reader = reader
        self._staff = staff

    async def caller_of(self, request: Request) -> Caller:
        """Whoever sent the request; anonymous if it carries no token.

        Raises:
            SessionExpired: The token's time is over.
            NotSignedIn: The token isn't genuine or its session has ended.
        """
        token = find_token(request)
        if token is None:
            return ANONYMOUS
        return await self._standing((await self._reader.read(token)).caller)

    async def find_owner(self, request: Request) -> Caller | None:
        """Whom a genuine token stands for though its time may be over, or None."""
        token = find_token(request)
        if token is None:
            return None
        try:
            return (await self._reader.read_genuine(token)).caller
        except NotSignedIn:
            return None

    async def _standing(self, caller: Caller) -> Caller:
        if caller.kind != "staff":
            return caller
        standing = await self._staff.find_staff(caller.id) or StaffStanding(frozenset(), frozenset())
        return replace(caller, roles=caller.roles & standing.roles, centres=caller.centres & standing.centres)


def find_token(request: Request) -> str | None:
    """The token in the cookie, or for JSON paths the one in `Authorization: Bearer`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token and request.url.path.startswith("/api/"):
        return token
    return read_cookie(request)


def read_cookie(request: Request) -> str | None:
    """The session's token as the browser sent it, unchecked, or None."""
    return request.cookies.get(COOKIE) or None


def set_cookie(response: Response, token: str, *, max_age_s: int | None = None) -> None:
    """Hand the token to the browser.

    `__Host-` and `Secure` hold on a developer's machine too: chromium 156 took the cookie, sent it with the
    next form and let it be cleared over plain http://localhost and http://127.0.0.1 alike (seen 2026-11).
    Other programs may not: Python's cookie jars send `Secure` cookies over https only.

    Args:
        response: Its `Set-Cookie` is added.
        token: From `TokenSigner.issue`.
        max_age_s: How long the browser keeps it; None until it is closed. It has to outlive the token, since
            an expired one is what a session is renewed from.
    """
    response.set_cookie(
        COOKIE, token, max_age=max_age_s, path="/", secure=True, httponly=True, samesite="lax"
    )


def clear_cookie(response: Response) -> None:
    """Take the token from the browser."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
