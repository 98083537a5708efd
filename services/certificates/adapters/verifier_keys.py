"""The published keys in their collection."""

from __future__ import annotations

from libs.chassis.aggregates import Aggregates
from libs.chassis.codec import Codec
from libs.chassis.platform import Ground
from services.certificates.domain.verifier_key import VerifierKey

VERIFIER_KEYS = Codec("verifier_keys", VerifierKey)


async def open_verifier_keys(ground: Ground) -> Aggregates[VerifierKey]:
    """Open the collection on the real platform or on its in-memory twin."""
    return await ground.aggregates(VERIFIER_KEYS)
