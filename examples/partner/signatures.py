"""Signatures of webhooks (Standard Webhooks 1.0.0): checked by receivers, made by the conformance checks."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

#: How old a delivery may be, and how far ahead of our clock: a recorded one can't be sent again later.
TOLERANCE_S: Final = 300

_SHARED: Final = "whsec_"
_PUBLIC: Final = "whpk_"
_HMAC: Final = "v1"
_ED25519: Final = "v1a"


class SignatureWrong(Exception):
    """The delivery isn't from whom it says, isn't whole, or isn't of now."""


def check(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now_s: float) -> str:
    """Check a delivery.

    Args:
        headers: Its headers, names in lower case.
        body: The very bytes that came, before anything reads them.
        secrets: What it may be signed with: `whsec_` and a shared secret, or `whpk_` and a public key.
        now_s: The time of day in seconds since 1970.

    Returns:
        Its id, the same at each attempt.

    Raises:
        SignatureWrong: It isn't to be believed.
    """
    message_id, written = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (written.isascii() and written.isdigit()):
        raise SignatureWrong("no webhook-id or no webhook-timestamp")
    content = f"{message_id}.{written}.".encode() + body
    signatures = [each.partition(",") for each in headers.get("webhook-signature", "").split()]
    if not any(_fits(mark, text, content, secret) for mark, _, text in signatures for secret in secrets):
        raise SignatureWrong("no signature of a known secret")
    if abs(now_s - int(written)) > TOLERANCE_S:
        raise SignatureWrong("too old, or from the future")
    return message_id


def sign(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """A signature with a shared secret, as `webhook-signature` carries it."""
    content = f"{message_id}.{timestamp_s}.".encode() + body
    digest = hmac.digest(_decoded(secret, _SHARED), content, sha256)
    return f"{_HMAC},{base64.b64encode(digest).decode()}"


def is_shared_secret(text: str) -> bool:
    """Whether a text is a shared secret of at least 24 bytes, as the specification asks."""
    least = 24
    try:
        return text.startswith(_SHARED) and len(_decoded(text, _SHARED)) >= least
    except binascii.Error:
        return False


def _fits(mark: str, text: str, content: bytes, secret: str) -> bool:
    try:
        signature = base64.b64decode(text, validate=True)
        if mark == _HMAC and secret.startswith(_SHARED):
            return hmac.compare_digest(hmac.digest(_decoded(secret, _SHARED), content, sha256), signature)
        if mark == _ED25519 and secret.startswith(_PUBLIC):
            Ed25519PublicKey.from_public_bytes(_decoded(secret, _PUBLIC)).verify(signature, content)
            return True
    except (binascii.Error, InvalidSignature, ValueError):
        return False
    return False


def _decoded(secret: str, prefix: str) -> bytes:
    return base64.b64decode(secret.removeprefix(prefix), validate=True)
