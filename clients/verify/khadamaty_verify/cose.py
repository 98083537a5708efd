"""COSE_Sign1 messages in deterministic CBOR, as payloads and status lists are (RFC 9052, RFC 8949)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cbor2

ALGORITHM: Final = 1
KEY_ID: Final = 4
ES256: Final = -7
KEY_ID_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64
_COSE_SIGN1: Final = 18
_PARTS: Final = 4


class BadMessage(ValueError):
    """Bytes that aren't such a message."""


@dataclass(frozen=True)
class Message:
    """A message that was read; whether its signature is genuine isn't known yet.

    Attributes:
        header: Its protected header.
        content: What is signed, encoded.
        signature: r and s, 32 bytes each.
        signed: What ES256 signs (RFC 9052, section 4.4).
    """

    header: dict[Any, Any]
    content: bytes
    signature: bytes
    signed: bytes

    @property
    def key_id(self) -> bytes:
        """Which key is said to have signed."""
        key_id: bytes = self.header[KEY_ID]
        return key_id


def open_message(data: bytes) -> Message:
    """A message with its parts.

    Raises:
        BadMessage: It isn't one, or isn't signed by ES256 under a key id of 8 bytes.
    """
    envelope = decoded(data)
    if not isinstance(envelope, cbor2.CBORTag) or envelope.tag != _COSE_SIGN1:
        raise BadMessage("no COSE_Sign1")
    parts = envelope.value
    if type(parts) is not list or len(parts) != _PARTS:
        raise BadMessage("no COSE_Sign1")
    protected, unprotected, content, signature = parts
    if unprotected != {} or not all(type(part) is bytes for part in (protected, content, signature)):
        raise BadMessage("parts of another kind")
    header = decoded(protected)
    if type(header) is not dict or not _is_es256(header) or len(signature) != SIGNATURE_BYTES:
        raise BadMessage("not signed by ES256 under a key id")
    signed = cbor2.dumps(["Signature1", protected, b"", content])
    return Message(header, content, signature, signed)


def decoded(data: bytes) -> Any:
    """What `data` is the deterministic encoding of.

    Raises:
        BadMessage: It is no such encoding.
    """
    try:
        item = cbor2.loads(data)
        again = cbor2.dumps(item, canonical=True)
    except (cbor2.CBORError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise BadMessage("no CBOR") from error
    # Longer forms of a number, maps out of order, doubled keys and what follows behind all end here.
    if again != data:
        raise BadMessage("not in deterministic form")
    return item


def _is_es256(header: dict[Any, Any]) -> bool:
    key_id = header.get(KEY_ID)
    return header.get(ALGORITHM) == ES256 and type(key_id) is bytes and len(key_id) == KEY_ID_BYTES
