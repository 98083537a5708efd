"""QR payloads: signed for a planned version, and checked by anybody with the published keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from libs.chassis.delivery import Fact
from libs.chassis.errors import Duplicate
from libs.contracts.certificates import VerifierKeyPublished
from libs.contracts.qr import QrClaims, address_of, key_id_text, prepare
from services.certificates.domain.verifier_key import VerifierKey
from services.certificates.ports import Deps, PayloadKey

_MOST_KEYS = 100


async def sign_payload(key: PayloadKey, claims: QrClaims, origin: str) -> str:
    """The address that a version's QR code opens.

    Args:
        key: Signs it.
        claims: What it says; names are cut to what fits.
        origin: The platform's public origin, without a slash at its end.

    Raises:
        SealUnavailable: The process that holds the key doesn't answer.
    """
    unsigned = prepare(claims, await key.key_id())
    signature = await key.sign(sha256(unsigned.to_be_signed).digest())
    return address_of(unsigned.signed(signature), origin)


async def publish_verifier_key(deps: Deps) -> None:
    """Tell everybody, once, with which public key payloads are checked.

    Raises:
        SealUnavailable: The process that holds the key doesn't answer.
    """
    key_id = key_id_text(await deps.payload_key.key_id())
    if await deps.verifier_keys.find(key_id) is not None:
        return
    jwk = {**await deps.payload_key.public_jwk(), "kid": key_id, "alg": "ES256", "use": "sig"}
    now = deps.clock.now()
    fact = Fact(VerifierKeyPublished(key_id=key_id, jwk=jwk, published_at=now))
    try:
        await deps.verifier_keys.insert(key_id, VerifierKey(jwk, now), [fact])
    except Duplicate:
        return


async def list_verifier_keys(deps: Deps) -> Sequence[Mapping[str, str]]:
    """All keys that were ever published (RFC 7517), the newest first."""
    found = await deps.verifier_keys.find_by({}, order_by="-published_at", limit=_MOST_KEYS)
    return [stored.value.jwk for stored in found]
