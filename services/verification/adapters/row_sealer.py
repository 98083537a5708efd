"""Rows of certificates as they lie in the database: sealed under a key of the service."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import Final

from libs.chassis.crypto import seal, unseal

_PURPOSE: Final = b"verification|rows of certificates"


class RowSealer:
    """Seals and opens rows, so that a start needs one key and not every person's.

    Args:
        kek: The service's key-encryption key; the rows' own key is derived from it.
    """

    def __init__(self, kek: bytes) -> None:
        self._key = hmac.new(kek, _PURPOSE, sha256).digest()

    def seal(self, certificate_id: str, rows: bytes) -> str:
        """Seal a certificate's rows, as base64."""
        return base64.b64encode(seal(self._key, rows, _place(certificate_id))).decode()

    def open(self, certificate_id: str, sealed: str) -> bytes:
        """Open what `seal` made.

        Raises:
            Tampered: It was made with another key or for another certificate.
        """
        return unseal(self._key, base64.b64decode(sealed), _place(certificate_id))


def _place(certificate_id: str) -> str:
    return f"certificates|{certificate_id}|packed"
