"""Signed notes with Ed25519 keys (C2SP signed-note): texts whose signatures travel below them."""

from __future__ import annotations

import base64
import binascii
import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_ID_BYTES = 4
_DASH = "\u2014"
_FOR_OWNER_ONLY = 0o600
_FOR_OTHERS = 0o077


class KeyUnusable(Exception):
    """The key file is open to others or holds another kind of key."""


class NotSigned(ValueError):
    """The note isn't signed by that key, or isn't a note."""


@dataclass(frozen=True)
class NoteVerifier:
    """A public key with the name under which it signs.

    Attributes:
        key: 32 bytes.
    """

    name: str
    key: bytes

    @classmethod
    def read(cls, text: str) -> NoteVerifier:
        """Read a key as `text` writes it.

        Raises:
            ValueError: It isn't one, or its id isn't its own.
        """
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error) as error:
            raise ValueError("not a note's key") from error
        verifier = cls(name, raw[1:])
        if raw[:1] != _ED25519 or verifier.key_id.hex() != key_id:
            raise ValueError("not an Ed25519 key, or another one's id")
        Ed25519PublicKey.from_public_bytes(verifier.key)
        return verifier

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before its signatures."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """The key on one line: name, id, key."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.key).decode()}"

    def opened(self, note: str) -> str:
        """The text of a note that this key has signed; signatures of other keys are passed over.

        Raises:
            NotSigned: It hasn't, or this isn't a note.
        """
        text, parted, below = note.rpartition("\n\n")
        if not parted or not below.endswith("\n"):
            raise NotSigned("not a note")
        text += "\n"
        for line in below.splitlines():
            dash, name, encoded = (*line.split(" "), "", "")[:3]
            if dash == _DASH and name == self.name and self._has_signed(text, encoded):
                return text
        raise NotSigned(f"not signed by {self.name}")

    def _has_signed(self, text: str, encoded: str) -> bool:
        try:
            raw = base64.b64decode(encoded, validate=True)
            if raw[:_ID_BYTES] != self.key_id:
                return False
            Ed25519PublicKey.from_public_bytes(self.key).verify(raw[_ID_BYTES:], text.encode())
        except (binascii.Error, InvalidSignature):
            return False
        return True


class NoteSigner:
    """Signs notes under a name.

    Args:
        name: Without spaces and plus signs.
        key: The private key.
    """

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.verifier = NoteVerifier(name, key.public_key().public_bytes_raw())
        self._key = key

    @classmethod
    def from_file(cls, name: str, path: Path) -> NoteSigner:
        """Sign with the key in a file, made when there's none; two that make one at once agree on the first.

        Raises:
            KeyUnusable: Others can read the file, or it isn't an Ed25519 key.
        """
        if not path.exists():
            _create(path)
        if path.stat().st_mode & _FOR_OTHERS:
            raise KeyUnusable("others than its owner can read the key file")
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyUnusable("not an Ed25519 private key")
        return cls(name, key)

    def sign(self, text: str) -> str:
        """The note: the text, which ends a line, an empty line, the signature."""
        raw = self.verifier.key_id + self._key.sign(text.encode())
        return f"{text}\n{_DASH} {self.verifier.name} {base64.b64encode(raw).decode()}\n"


def _create(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_OWNER_ONLY), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()
