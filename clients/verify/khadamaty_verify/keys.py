"""Public keys as the platform publishes them: those of payloads and those of status lists apart."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from khadamaty_verify.cose import KEY_ID_BYTES, Message

_OF_PAYLOADS: Final = "sig"
_OF_LISTS: Final = "status-list"
_NUMBER_BYTES: Final = 32


class BadKeys(ValueError):
    """Something that isn't a key set (RFC 7517), or holds a key that is none."""


@dataclass(frozen=True)
class KeySet:
    """Keys by their id.

    Attributes:
        payloads: With these QR payloads are checked.
        lists: With these status lists are checked, and nothing else.
    """

    payloads: Mapping[bytes, EllipticCurvePublicKey] = field(default_factory=dict)
    lists: Mapping[bytes, EllipticCurvePublicKey] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str | bytes) -> KeySet:
        """The keys of `/api/verification/v1/keys`; those of another use or kind are left out.

        Raises:
            BadKeys: It is no key set.
        """
        try:
            told = json.loads(text)["keys"]
            usable = [jwk for jwk in told if jwk["kty"] == "EC" and jwk["crv"] == "P-256"]
            return cls(
                {_id_of(jwk): _key(jwk) for jwk in usable if jwk["use"] == _OF_PAYLOADS},
                {_id_of(jwk): _key(jwk) for jwk in usable if jwk["use"] == _OF_LISTS},
            )
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise BadKeys("not a key set") from error

    @classmethod
    def from_file(cls, path: Path) -> KeySet:
        """The keys in a file.

        Raises:
            BadKeys: It holds no key set.
            OSError: It can't be read.
        """
        return cls.from_json(path.read_bytes())


def is_signed_by(message: Message, key: EllipticCurvePublicKey) -> bool:
    """Whether a message's signature is this key's."""
    r, s = (int.from_bytes(message.signature[at : at + _NUMBER_BYTES], "big") for at in (0, _NUMBER_BYTES))
    try:
        key.verify(encode_dss_signature(r, s), message.signed, ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _id_of(jwk: Mapping[str, Any]) -> bytes:
    key_id = _decoded(jwk["kid"])
    if len(key_id) != KEY_ID_BYTES:
        raise BadKeys("a key id of another length")
    return key_id


def _key(jwk: Mapping[str, Any]) -> EllipticCurvePublicKey:
    x, y = (int.from_bytes(_decoded(jwk[name]), "big") for name in ("x", "y"))
    return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise BadKeys("not base64url") from error
