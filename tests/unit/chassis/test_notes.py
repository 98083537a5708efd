"""Signed notes: signed, opened, and refused when anything about them is another's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.chassis.key_files import KeyUnusable
from libs.chassis.notes import NoteSigner, NoteVerifier, NotSigned

TEXT = "localhost/log\n3\nroot\n"

# The example of C2SP's signed-note, as golang.org/x/mod/sumdb/note prints it.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture
def signer() -> NoteSigner:
    return NoteSigner("localhost/log", Ed25519PrivateKey.generate())


def test_the_example_of_the_format_is_opened() -> None:
    verifier = NoteVerifier.read(VKEY)
    assert verifier.text == VKEY
    assert verifier.opened(NOTE).startswith("If you think cryptography")


def test_what_is_signed_is_opened(signer: NoteSigner) -> None:
    assert signer.verifier.opened(signer.sign(TEXT)) == TEXT
    assert NoteVerifier.read(signer.verifier.text) == signer.verifier


def test_signing_again_gives_the_same_note(signer: NoteSigner) -> None:
    assert signer.sign(TEXT) == signer.sign(TEXT)


def test_signatures_of_others_are_passed_over(signer: NoteSigner) -> None:
    note = signer.sign(TEXT).replace("\n\n", "\n\n\u2014 witness AAAA\n")
    assert signer.verifier.opened(note) == TEXT


def test_another_text_another_name_and_another_key_are_refused(signer: NoteSigner) -> None:
    note = signer.sign(TEXT)
    other = NoteSigner("localhost/log", Ed25519PrivateKey.generate())
    renamed = NoteVerifier("localhost/other", signer.verifier.key)
    for verifier, given in (
        (signer.verifier, note.replace("\n3\n", "\n4\n")),
        (signer.verifier, note.rstrip("\n")),
        (signer.verifier, TEXT),
        (signer.verifier, f"{TEXT}\n\u2014 localhost/log !\n"),
        (signer.verifier, other.sign(TEXT)),
        (renamed, note),
    ):
        with pytest.raises(NotSigned):
            verifier.opened(given)


@pytest.mark.parametrize("text", ["", "a+b", VKEY.replace("c74f20a3", "c74f20a4"), VKEY[:-4], "n+0+!"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        NoteVerifier.read(text)


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.pem"
    first = NoteSigner.from_file("log", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert NoteSigner.from_file("log", path).verifier == first.verifier
    assert [found.name for found in path.parent.iterdir()] == ["log.pem"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    NoteSigner.from_file("log", path)
    path.chmod(0o640)
    with pytest.raises(KeyUnusable, match="owner"):
        NoteSigner.from_file("log", path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    pem = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(pem)
    path.chmod(0o600)
    with pytest.raises(KeyUnusable, match="Ed25519"):
        NoteSigner.from_file("log", path)
