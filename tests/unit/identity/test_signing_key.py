"""The signing key lies in a file of its own, made once and kept from others."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from libs.chassis.trust import read_jwk
from libs.contracts.identity import SigningKeyPublished
from services.identity.adapters.own_trust import OwnTrust
from services.identity.adapters.signing_key import SigningKeyUnusable, load_or_create
from services.identity.handlers.signing import publish_signing_key
from tests.support.identity_house import House


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    assert load_or_create(path).key_id == load_or_create(path).key_id
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["signing.pem"]


def test_what_is_published_is_the_public_half(tmp_path: Path) -> None:
    pair = load_or_create(tmp_path / "signing.pem")
    assert read_jwk(pair.jwk).public_numbers() == pair.private_key.public_key().public_numbers()
    assert "d" not in pair.jwk


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(SigningKeyUnusable):
        load_or_create(path)


@pytest.mark.parametrize(
    "content",
    [
        b"not a key",
        generate_private_key(SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    ],
    ids=["text", "another curve"],
)
def test_anything_but_a_private_key_on_p256_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "signing.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SigningKeyUnusable):
        load_or_create(path)


async def test_a_key_is_published_once(house: House, tmp_path: Path) -> None:
    pair = load_or_create(tmp_path / "signing.pem")
    for _ in range(2):
        await publish_signing_key(house.deps, pair.key_id, pair.jwk)
    told = [event.key_id for event in await house.of_type(SigningKeyPublished)]
    assert told.count(pair.key_id) == 1


async def test_identity_checks_tokens_with_its_own_keys(house: House, tmp_path: Path) -> None:
    trust = OwnTrust(house.deps.store)
    pair = load_or_create(tmp_path / "signing.pem")
    assert await trust.find_key(pair.key_id) is None
    await publish_signing_key(house.deps, pair.key_id, pair.jwk)
    assert await trust.find_key(pair.key_id) is not None
