"""Webhooks are signed as Standard Webhooks says: its own library and an independent check agree."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from services.verification.domain.signatures import Scheme, Signers, SigningKey, signed_content
from services.verification.domain.webhook import Keys

BODY = b'{"id":"a","data":{"status":"valid"}}'
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def now_s() -> int:
    """The library compares with the machine's clock."""
    return int(datetime.now(UTC).timestamp())


def headers_of(*keys: SigningKey) -> dict[str, str]:
    return Signers.of(keys).headers("msg_1", now_s(), BODY)


def test_the_vector_of_the_specification() -> None:
    """The worked example that the reference implementations share (standard-webhooks, libraries' tests)."""
    key = SigningKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    content = signed_content("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert key.signer()(content) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_library_takes_what_we_sign() -> None:
    key = SigningKey.make(Scheme.HMAC, os.urandom)
    assert Webhook(key.verifier).verify(BODY, headers_of(key)) == {"id": "a", "data": {"status": "valid"}}


@pytest.mark.parametrize("changed", ["body", "id", "secret", "time"])
def test_the_library_refuses_what_was_altered(changed: str) -> None:
    key = SigningKey.make(Scheme.HMAC, os.urandom)
    headers, body, secret = headers_of(key), BODY, key.verifier
    if changed == "body":
        body = BODY.replace(b"valid", b"void")
    elif changed == "id":
        headers["webhook-id"] = "msg_2"
    elif changed == "time":
        headers["webhook-timestamp"] = str(now_s() - 1)
    else:
        secret = SigningKey.make(Scheme.HMAC, os.urandom).verifier
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


def test_two_keys_sign_while_one_is_exchanged_for_the_other() -> None:
    old, new = (SigningKey.make(Scheme.HMAC, os.urandom) for _ in range(2))
    keys = Keys(new.text, old.text, NOW + timedelta(hours=1))
    during = headers_of(*keys.at(NOW))
    for key in (old, new):
        Webhook(key.verifier).verify(BODY, during)
    after = headers_of(*keys.at(NOW + timedelta(hours=1)))
    Webhook(new.verifier).verify(BODY, after)
    with pytest.raises(WebhookVerificationError):
        Webhook(old.verifier).verify(BODY, after)


def test_ed25519_is_checked_with_the_public_key_alone() -> None:
    key = SigningKey.make(Scheme.ED25519, os.urandom)
    headers = headers_of(key)
    mark, _, signature = headers["webhook-signature"].partition(",")
    assert (mark, key.verifier[:5]) == ("v1a", "whpk_")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.verifier.removeprefix("whpk_")))
    content = f"msg_1.{headers['webhook-timestamp']}.".encode() + BODY
    public.verify(base64.b64decode(signature), content)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(signature), content + b" ")


def test_secrets_are_as_long_as_the_specification_asks() -> None:
    key = SigningKey.make(Scheme.HMAC, os.urandom)
    assert 24 <= len(base64.b64decode(key.verifier.removeprefix("whsec_"))) <= 64
