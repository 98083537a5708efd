"""Routes for machines: the token of `Authorization: Bearer` (RFC 6750), never a cookie."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.openapi.models import OAuth2, OAuthFlowClientCredentials, OAuthFlows
from fastapi.security.base import SecurityBase

from libs.chassis.web.access import Declaration
from libs.chassis.web.access_tokens import AccessTokenReader, Grant
from libs.chassis.web.errors import ScopeMissing, TokenMissing


class MachineAccess(Declaration, SecurityBase):
    """A declaration that a route is for machines with a token of one scope.

    A service's own kind tells, as a FastAPI dependency, who they are; the OpenAPI document shows the scheme.

    Args:
        scope: That the token must have.
        token_path: Where tokens are issued, on the same origin.
        scopes: All scopes of the interface, each with what it is for.
    """

    heeds_cookies = False

    def __init__(self, scope: str, token_path: str, scopes: Mapping[str, str]) -> None:
        if scope not in scopes:
            raise ValueError(f"no scope of this interface: {scope}")
        flow = OAuthFlowClientCredentials(tokenUrl=token_path, scopes=dict(scopes))
        self.scope = scope
        self.model = OAuth2(flows=OAuthFlows(clientCredentials=flow))
        self.scheme_name = "client-credentials"

    def __str__(self) -> str:
        return f"machine with scope {self.scope}"

    @abstractmethod
    async def __call__(self, request: Request) -> Any:
        """Let the machine in and tell who it is, or raise."""

    async def grant_of(self, request: Request, reader: AccessTokenReader) -> Grant:
        """What the request's token allows.

        Raises:
            TokenMissing: There's none.
            TokenRefused: It isn't good.
            ScopeMissing: It is good for other things.
        """
        grant = await reader.read(bearer_token(request))
        if self.scope not in grant.scopes:
            raise ScopeMissing(scope=self.scope)
        return grant


def bearer_token(request: Request) -> str:
    """The token in the request's one `Authorization` header.

    Raises:
        TokenMissing: There's none, or more than one.
    """
    given = request.headers.getlist("authorization")
    scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissing
    return token.strip()
