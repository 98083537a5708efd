"""Telling everybody the public key with which session tokens are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from libs.chassis.delivery import Fact
from libs.chassis.errors import Duplicate
from libs.contracts.identity import SigningKeyPublished
from services.identity.domain.signing import SigningKey
from services.identity.ports import Deps

_MOST_KEYS = 100


async def list_signing_keys(deps: Deps) -> Sequence[Mapping[str, str]]:
    """All public keys that were ever published, the newest first (RFC 7517)."""
    found = await deps.store.signing_keys.find_by({}, order_by="-published_at", limit=_MOST_KEYS)
    return [stored.value.jwk for stored in found]


async def publish_signing_key(deps: Deps, key_id: str, jwk: Mapping[str, str]) -> None:
    """Publish a key, once.

    Args:
        deps: The parts.
        key_id: Its RFC 7638 thumbprint.
        jwk: Its public half (RFC 7517).
    """
    now = deps.clock.now()
    fact = Fact(SigningKeyPublished(key_id=key_id, jwk=dict(jwk), published_at=now))
    try:
        await deps.store.signing_keys.insert(key_id, SigningKey(dict(jwk), now), [fact])
    except Duplicate:
        return
