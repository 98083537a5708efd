"""The authorization server for partners' systems: tokens, its metadata (RFC 8414) and its keys."""

from __future__ import annotations

from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from libs.chassis.web.access import AnyCaller, SelfProved
from libs.chassis.web.caller import Caller
from libs.chassis.web.client import network_of
from libs.contracts.partners import TOKEN_PATH, PartnerScope
from services.identity.domain.client_keys import ALGORITHMS
from services.identity.errors import TokenRequestRefused
from services.identity.handlers.signing import list_signing_keys
from services.identity.handlers.tokens import GRANT_TYPE, TokenRequest, grant_token
from services.identity.ports import Deps

router = APIRouter(tags=["partners"])

METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
KEYS_PATH: Final = "/.well-known/jwks.json"

_FORM: Final = "application/x-www-form-urlencoded"
_FIELDS: Final = ("grant_type", "client_assertion_type", "client_assertion", "client_id", "scope", "resource")
_REQUIRED: Final = _FIELDS[:3]
_NO_STORE: Final = {"cache-control": "no-store", "pragma": "no-cache"}
_AN_HOUR: Final = {"cache-control": "public, max-age=3600"}
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in _FIELDS},
                    "required": list(_REQUIRED),
                }
            }
        },
    }
}


class TokenOutput(BaseModel):
    """A token (RFC 6749 section 5.1)."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105  # a kind of token, not one
    expires_in: int
    scope: str


class RefusalOutput(BaseModel):
    """Why there's no token (RFC 6749 section 5.2)."""

    error: str
    error_description: str | None = None


def _deps(request: Request) -> Deps:
    return cast("Deps", request.app.state.deps)


DepsOf = Annotated[Deps, Depends(_deps)]


@router.post(
    TOKEN_PATH, response_model=TokenOutput, responses={400: {"model": RefusalOutput}}, openapi_extra=_BODY
)
async def post_token(
    request: Request, deps: DepsOf, _caller: Annotated[Caller, Depends(SelfProved())]
) -> JSONResponse:
    """Give a registered client an access token for ten minutes; it proves itself by `private_key_jwt`."""
    try:
        answer = await grant_token(deps, await _read(request))
    except TokenRequestRefused as refusal:
        told = RefusalOutput(error=refusal.code, error_description=refusal.description or None)
        return JSONResponse(told.model_dump(exclude_none=True), refusal.status, _NO_STORE)
    given = TokenOutput(access_token=answer.token, expires_in=answer.expires_in_s, scope=answer.scope)
    return JSONResponse(given.model_dump(), headers=_NO_STORE)


@router.get(METADATA_PATH)
async def get_metadata(deps: DepsOf, _caller: AnyCaller) -> JSONResponse:
    """What a client needs to know of this server (RFC 8414 section 2)."""
    issuer = deps.policy.issuer
    metadata: dict[str, Any] = {
        "issuer": issuer,
        "token_endpoint": f"{issuer}{TOKEN_PATH}",
        "jwks_uri": f"{issuer}{KEYS_PATH}",
        "scopes_supported": [scope.value for scope in PartnerScope],
        "response_types_supported": [],
        "grant_types_supported": [GRANT_TYPE],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
    }
    return JSONResponse(metadata, headers=_AN_HOUR)


@router.get(KEYS_PATH)
async def get_keys(deps: DepsOf, _caller: AnyCaller) -> JSONResponse:
    """The public keys with which this server's tokens are checked (RFC 7517 section 5)."""
    return JSONResponse({"keys": await list_signing_keys(deps)}, headers=_AN_HOUR)


async def _read(request: Request) -> TokenRequest:
    """What was sent: each field once, as RFC 6749 section 3.2 has it; unknown ones are ignored."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise TokenRequestRefused("invalid_request", f"send {_FORM}")
    given = [(name, value) for name, value in (await request.form()).multi_items() if name in _FIELDS]
    fields = {name: value for name, value in given if isinstance(value, str)}
    if len(fields) < len(given):
        raise TokenRequestRefused("invalid_request", "a field stands there twice")
    missing = [name for name in _REQUIRED if not fields.get(name)]
    if missing:
        raise TokenRequestRefused("invalid_request", f"missing: {', '.join(missing)}")
    return TokenRequest(
        grant_type=fields["grant_type"],
        assertion_type=fields["client_assertion_type"],
        assertion=fields["client_assertion"],
        network=network_of(request),
        client_id=fields.get("client_id", ""),
        scope=fields.get("scope", ""),
        resource=fields.get("resource", ""),
    )
