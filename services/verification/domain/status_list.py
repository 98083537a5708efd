"""The status list that offline verifiers keep: two bits for each version, compressed and signed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from hashlib import sha256
from typing import Final

from libs.contracts.cbor import Item, Tagged, encode
from libs.contracts.certificates import CertificateStatus

LIST_SIZE: Final = 1 << 20
"""Places in one list; place `index % LIST_SIZE` of list `index // LIST_SIZE` is that of an index."""

BITS: Final = 2
PER_BYTE: Final = 8 // BITS
VALID_FOR: Final = timedelta(hours=24)
SIGNED_AGAIN_AFTER: Final = timedelta(minutes=15)
MEDIA_TYPE: Final = "application/statuslist+cwt"

_COSE_SIGN1: Final = 18
_ALGORITHM, _KEY_ID, _TYPE, _ES256 = 1, 4, 16, -7
_SUBJECT, _EXPIRES, _ISSUED, _TIME_TO_LIVE, _STATUS_LIST = 2, 4, 6, 65534, 65533


class ListStatus(IntEnum):
    """What two bits say; the first three are Token Status List's, the last one is ours to define there."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2
    SUPERSEDED = 3


_LISTED: Final[Mapping[CertificateStatus, ListStatus]] = {
    CertificateStatus.VALID: ListStatus.VALID,
    CertificateStatus.REVOKED: ListStatus.INVALID,
    CertificateStatus.SUSPENDED: ListStatus.SUSPENDED,
    CertificateStatus.SUPERSEDED: ListStatus.SUPERSEDED,
}


def listed_as(status: CertificateStatus, *, doubted: bool = False) -> ListStatus:
    """What a list says of a version.

    Args:
        status: As certificates last told it.
        doubted: Whether something newer was told and isn't understood yet: a version that was in force
            then counts as suspended, since nobody may go on taking it for valid.
    """
    listed = _LISTED[status]
    return ListStatus.SUSPENDED if doubted and listed is ListStatus.VALID else listed


def status_in(packed: bytes, place: int) -> ListStatus | None:
    """What a list says of a place, or None past its end."""
    byte, shift = place // PER_BYTE, place % PER_BYTE * BITS
    return ListStatus(packed[byte] >> shift & 0b11) if byte < len(packed) else None


@dataclass(frozen=True)
class ListHead:
    """What is known of a published list without its bytes.

    Attributes:
        number: Which one, from 0.
        as_of: The moment up to which it is true, in whole seconds.
        places: How many it holds.
        digest: SHA-256, in hex, of the statuses before compression.
        etag: Of its bytes.
    """

    number: int
    as_of: datetime
    places: int
    digest: str
    etag: str

    @property
    def expires_at(self) -> datetime:
        """From when on it must no longer be believed."""
        return self.as_of + VALID_FOR

    def is_due(self, digest: str, as_of: datetime) -> bool:
        """Whether a newer one is to take its place: something changed, or it has grown old."""
        if as_of <= self.as_of:
            return False
        return digest != self.digest or as_of - self.as_of >= SIGNED_AGAIN_AFTER


@dataclass(frozen=True)
class PublishedList:
    """A list as anybody fetches it.

    Attributes:
        token: The signed message.
    """

    head: ListHead
    token: bytes


@dataclass(frozen=True)
class UnsignedList:
    """A list as it will be signed: a CWT (RFC 8392) of the kind that Token Status List defines.

    Attributes:
        key_id: Which key signs.
        claims: Encoded.
    """

    key_id: bytes
    claims: bytes

    @property
    def to_be_signed(self) -> bytes:
        """What ES256 signs (RFC 9052, section 4.4)."""
        return encode(["Signature1", self._protected, b"", self.claims])

    def signed(self, signature: bytes) -> bytes:
        """The message with its signature: r and s, 32 bytes each (RFC 9053, section 2.1)."""
        return encode(Tagged(_COSE_SIGN1, [self._protected, {}, self.claims, signature]))

    @property
    def _protected(self) -> bytes:
        header: dict[int, Item] = {_ALGORITHM: _ES256, _KEY_ID: self.key_id, _TYPE: MEDIA_TYPE}
        return encode(header)


def digest_of(packed: bytes) -> str:
    """SHA-256, in hex, of a list's statuses."""
    return sha256(packed).hexdigest()


def compressed(packed: bytes) -> bytes:
    """A list's statuses in the ZLIB format.

    Runs and single bytes are coded and no longer matches looked for: within three hundredths of the smallest
    that ZLIB makes of such lists, in a hundredth of the time (`python -m bench lists`).
    """
    deflating = zlib.compressobj(level=9, strategy=zlib.Z_RLE)
    return deflating.compress(packed) + deflating.flush()


def prepare(lst: bytes, uri: str, as_of: datetime, key_id: bytes) -> UnsignedList:
    """The claims of a list.

    Args:
        lst: Compressed.
        uri: Where it is fetched.
        as_of: The moment up to which it is true; a fraction of its second is left out.
        key_id: Which key signs (8 bytes).
    """
    issued_s = int(as_of.timestamp())
    statuses: dict[str, Item] = {"bits": BITS, "lst": lst}
    claims: dict[int, Item] = {
        _SUBJECT: uri,
        _EXPIRES: issued_s + int(VALID_FOR.total_seconds()),
        _ISSUED: issued_s,
        _TIME_TO_LIVE: int(SIGNED_AGAIN_AFTER.total_seconds()),
        _STATUS_LIST: statuses,
    }
    return UnsignedList(key_id, encode(claims))


def published(number: int, packed: bytes, as_of: datetime, token: bytes) -> PublishedList:
    """A signed list with its head."""
    head = ListHead(
        number=number,
        as_of=datetime.fromtimestamp(int(as_of.timestamp()), UTC),
        places=len(packed) * PER_BYTE,
        digest=digest_of(packed),
        etag=sha256(token).hexdigest()[:32],
    )
    return PublishedList(head, token)
