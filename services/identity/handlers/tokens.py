"""Tokens for partners' systems: client credentials (RFC 6749 section 4.4), proved by a signed assertion."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from libs.chassis.web.access_tokens import TOKEN_TTL
from libs.contracts.partners import PARTNER_API, TOKEN_PATH
from services.identity.domain.assertion import (
    ASSERTION_TYPE,
    AssertionFaulty,
    Claimed,
    check_assertion,
    read_claimed,
)
from services.identity.domain.client_keys import DECOYS
from services.identity.domain.partner import Partner
from services.identity.errors import TokenRequestRefused
from services.identity.handlers.attempts import count_token_as_right, count_token_request
from services.identity.ports import Deps

log = structlog.get_logger(__name__)

GRANT_TYPE: Final = "client_credentials"


@dataclass(frozen=True)
class TokenRequest:
    """What a client sent, empty where it sent nothing.

    Attributes:
        scope: Names with spaces between them; empty for all that the client has.
        resource: The interface that the token is for (RFC 8707).
        network: Where it comes from, for the limit.
    """

    grant_type: str
    assertion_type: str
    assertion: str
    network: str
    client_id: str = ""
    scope: str = ""
    resource: str = ""


@dataclass(frozen=True)
class TokenAnswer:
    """A token and what it is good for."""

    token: str
    scope: str
    expires_in_s: int


async def grant_token(deps: Deps, asked: TokenRequest) -> TokenAnswer:
    """Give a partner's system a token for ten minutes.

    Raises:
        TokenRequestRefused: It didn't prove itself, or may not have what it asks for.
        TooManyAttempts: Too many faulty requests came from there.
    """
    if asked.grant_type != GRANT_TYPE:
        raise TokenRequestRefused("unsupported_grant_type" if asked.grant_type else "invalid_request")
    claimed = await _read(deps, asked)
    await count_token_request(deps, claimed.client_id, asked.network)
    partner = await _prove(deps, asked.assertion, claimed)
    await count_token_as_right(deps, claimed.client_id, asked.network)
    if partner.suspended:
        log.info("partner.token_refused", client_id=claimed.client_id, reason="suspended")
        raise TokenRequestRefused("unauthorized_client", "the client is suspended")
    audience = f"{deps.policy.issuer}{PARTNER_API}"
    if asked.resource not in {"", audience}:
        raise TokenRequestRefused("invalid_target", f"the only resource is {audience}")
    scopes = _granted(partner, asked.scope)
    token = deps.access_tokens.issue(claimed.client_id, scopes, audience, deps.new_id())
    log.info("partner.token_issued", client_id=claimed.client_id, scopes=scopes)
    return TokenAnswer(token, " ".join(scopes), int(TOKEN_TTL.total_seconds()))


async def _read(deps: Deps, asked: TokenRequest) -> Claimed:
    """Whose request it claims to be; one that can't be told counts against its network."""
    with suppress(AssertionFaulty):
        claimed = read_claimed(asked.assertion)
        if asked.assertion_type == ASSERTION_TYPE and asked.client_id in {"", claimed.client_id}:
            return claimed
    await count_token_request(deps, "", asked.network)
    raise _not_proved()


async def _prove(deps: Deps, assertion: str, claimed: Claimed) -> Partner:
    """The client whose own key signed the assertion, used now for the first time.

    One that isn't registered costs what a wrong signature costs.
    """
    stored = await deps.store.partners.find(claimed.client_id)
    key = None if stored is None else stored.value.find_key(claimed.key_id)
    if key is not None and key.algorithm != claimed.algorithm:
        key = None
    names = (deps.policy.issuer, f"{deps.policy.issuer}{TOKEN_PATH}")
    try:
        proof = check_assertion(assertion, claimed, key or DECOYS[claimed.algorithm], names, deps.clock.now())
    except AssertionFaulty:
        if stored is not None:
            log.info("partner.token_refused", client_id=stored.id, reason="assertion")
        raise _not_proved() from None
    if stored is None or key is None:
        raise _not_proved()
    if not await deps.used_assertions.use(stored.id, proof.jti, proof.expires_at):
        log.warning("partner.token_refused", client_id=stored.id, reason="replayed")
        raise _not_proved()
    return stored.value


def _granted(partner: Partner, wanted: str) -> tuple[str, ...]:
    """The scopes that were asked for, all of which the client must have."""
    held = tuple(sorted(map(str, partner.terms.scopes)))
    if not wanted:
        return held
    asked_for = set(wanted.split(" "))
    if not asked_for <= set(held):
        raise TokenRequestRefused("invalid_scope")
    return tuple(sorted(asked_for))


def _not_proved() -> TokenRequestRefused:
    return TokenRequestRefused("invalid_client")
