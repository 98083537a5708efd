"""Codes and status lists as a ministry gives them out, for those who check them without a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from khadamaty_verify import KeySet, StatusList, StatusLists
from libs.contracts.qr import DocumentKind, QrClaims, address_of, key_id_of, prepare
from services.verification.adapters.list_key import FileListKey
from services.verification.adapters.status_bits import StatusBits
from services.verification.domain.status_list import ListStatus, compressed
from services.verification.domain.status_list import prepare as prepare_list
from services.verification.handlers.listing import uri_of
from tests.support.listing import own_key
from tests.support.qr_keys import OwnQrKey

ORIGIN = "https://handicap.example"
AS_OF = datetime(2026, 11, 23, 11, 59, 58, tzinfo=UTC)
CLAIMS = QrClaims(
    number="2026/000123",
    version=1,
    kind=DocumentKind.CERTIFICATE,
    issued_on=date(2026, 11, 20),
    valid_until=date(2031, 11, 19),
    arabic_name="ياسين أيت وَعزيز",
    latin_name="Yassine Aït Ouâziz",
    code="0123456789ABCDEF",
    status_index=70_000,
)


@dataclass
class Ministry:
    """Signs codes with one key and lists with another."""

    qr_key: OwnQrKey = field(default_factory=OwnQrKey)
    list_key: FileListKey = field(default_factory=own_key)
    bits: StatusBits = field(default_factory=StatusBits)

    def __post_init__(self) -> None:
        self.key_id = key_id_of(self.qr_key.jwk()["kid"])

    @property
    def key_set(self) -> dict[str, Any]:
        """What it publishes."""
        return {"keys": [self.qr_key.jwk(), dict(self.list_key.jwk)]}

    def payload(self, claims: QrClaims = CLAIMS, *, by: OwnQrKey | None = None) -> bytes:
        """Claims, signed under this ministry's key id by its own key or by somebody else's."""
        unsigned = prepare(claims, self.key_id)
        digest = sha256(unsigned.to_be_signed).digest()
        pair = decode_dss_signature(
            (by or self.qr_key).private.sign(digest, ECDSA(Prehashed(hashes.SHA256())))
        )
        return unsigned.signed(b"".join(number.to_bytes(32) for number in pair))

    def code(self, claims: QrClaims = CLAIMS, *, status: ListStatus | None = None) -> str:
        """What a QR code with these claims holds; a status goes into the next list."""
        if status is not None:
            self.bits.note(claims.status_index, status)
        return address_of(self.payload(claims), ORIGIN)

    def tokens(self, as_of: datetime = AS_OF, *, by: FileListKey | None = None) -> Mapping[int, bytes]:
        """The lists as they now stand, signed."""
        key = by or self.list_key
        signed = {}
        for number, packed in enumerate(self.bits.packed()):
            unsigned = prepare_list(compressed(packed), uri_of(ORIGIN, number), as_of, key.key_id)
            signed[number] = unsigned.signed(key.sign(unsigned.to_be_signed))
        return signed

    def lists(self, keys: KeySet, as_of: datetime = AS_OF) -> StatusLists:
        """The same as a verifier has them."""
        tokens = self.tokens(as_of).values()
        return StatusLists.of(StatusList.from_bytes(token, keys) for token in tokens)
