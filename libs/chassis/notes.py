"""Signed notes with Ed25519 keys (C2SP signed-note): texts whose signatures travel below them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.chassis.key_files import KeyUnusable, load_or_make

_ED25519 = b"\x01"
_ID_BYTES = 4
_DASH = "\u2014"


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
        key = load_or_make(path, Ed25519PrivateKey.generate)
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyUnusable("not an Ed25519 private key")
        return cls(name, key)

    def sign(self, text: str) -> str:
        """The note: the text, which ends a line, an empty line, the signature."""
        raw = self.verifier.key_id + self._key.sign(text.encode())
        return f"{text}\n{_DASH} {self.verifier.name} {base64.b64encode(raw).decode()}\n"
