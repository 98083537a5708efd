"""The seal: one process has the key, its signatures can be checked, and it comes back when it dies."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from services.certificates.adapters.seal import FileStore, KeyUnusable, load_key, sign_digest
from services.certificates.adapters.signer import SEAL, KeyProcess, check
from services.certificates.errors import SealUnavailable

DIGEST = sha256(b"a page").digest()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "seal.pem"


@pytest.fixture
async def seal(key_file: Path) -> AsyncIterator[KeyProcess]:
    process = KeyProcess(FileStore({SEAL: key_file}))
    yield process
    await process.close()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def open_to_others(key_file: Path) -> None:
    load_key(key_file)
    key_file.chmod(0o644)


async def test_a_signature_can_be_checked_with_the_public_key(seal: KeyProcess, key_file: Path) -> None:
    given = await seal.sign(SEAL, DIGEST)
    public = load_key(key_file).public_key()
    check(public, DIGEST, given)
    assert await seal.public_key(SEAL) == public
    with pytest.raises(InvalidSignature):
        check(public, sha256(b"another page").digest(), given)


async def test_the_key_is_for_its_owner_only(seal: KeyProcess, key_file: Path) -> None:
    await seal.sign(SEAL, DIGEST)
    assert mode_of(key_file) == 0o600
    assert os.listdir(key_file.parent) == ["seal.pem"]  # noqa: PTH208 - no iterator is wanted


async def test_the_same_page_gets_the_same_signature_from_a_new_process(
    seal: KeyProcess, key_file: Path
) -> None:
    first = await seal.sign(SEAL, DIGEST)
    await seal.close()
    other = KeyProcess(FileStore({SEAL: key_file}))
    assert await other.sign(SEAL, DIGEST) == first
    await other.close()


async def test_a_seal_that_was_killed_comes_back(seal: KeyProcess) -> None:
    first = await seal.sign(SEAL, DIGEST)
    assert seal._running is not None
    os.kill(seal._running.process.pid, signal.SIGKILL)
    try:
        again = await seal.sign(SEAL, DIGEST)
    except SealUnavailable:
        again = await seal.sign(SEAL, DIGEST)
    assert again == first


async def test_nonsense_is_answered_by_no_signature(seal: KeyProcess) -> None:
    with pytest.raises(SealUnavailable):
        await seal.sign(SEAL, b"no digest")
    assert await seal.sign(SEAL, DIGEST)


async def test_a_key_that_is_not_there_signs_nothing(seal: KeyProcess) -> None:
    with pytest.raises(SealUnavailable):
        await seal.sign("another", DIGEST)
    with pytest.raises(SealUnavailable):
        await seal.public_key("another")


async def test_many_at_once_each_get_their_own(seal: KeyProcess, key_file: Path) -> None:
    digests = [sha256(bytes([number])).digest() for number in range(200)]
    given = await asyncio.gather(*(seal.sign(SEAL, digest) for digest in digests))
    public = load_key(key_file).public_key()
    for digest, one in zip(digests, given, strict=True):
        check(public, digest, one)


async def test_the_process_has_none_of_our_environment(
    seal: KeyProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTIFICATES_KEK", "a secret")
    await seal.sign(SEAL, DIGEST)
    assert seal._running is not None
    assert b"a secret" not in environment_of(seal._running.process.pid)


def test_a_key_that_others_can_read_is_refused(key_file: Path) -> None:
    open_to_others(key_file)
    with pytest.raises(KeyUnusable):
        load_key(key_file)


async def test_the_process_does_not_start_with_such_a_key(key_file: Path) -> None:
    open_to_others(key_file)
    process = KeyProcess(FileStore({SEAL: key_file}))
    with pytest.raises(SealUnavailable):
        await process.sign(SEAL, DIGEST)
    await process.close()


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rsa.pem"
    key = rsa.generate_private_key(65537, 2048)
    path.touch(0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(KeyUnusable):
        load_key(path)


def test_a_signature_is_two_numbers_of_32_bytes() -> None:
    key = generate_private_key(SECP256R1())
    for number in range(50):
        digest = sha256(bytes([number])).digest()
        signature = sign_digest(key, digest)
        assert len(signature) == 64
        check(key.public_key(), digest, signature)


@pytest.mark.parametrize("signature", [b"", b"AAAA", b"A" * 65])
def test_what_is_no_signature_is_told(signature: bytes) -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        check(generate_private_key(SECP256R1()).public_key(), DIGEST, signature)
