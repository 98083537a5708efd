"""Status lists as they were fetched: signed, and true up to a moment (IETF Token Status List)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from khadamaty_verify.cose import ALGORITHM, KEY_ID, BadMessage, decoded, open_message
from khadamaty_verify.keys import KeySet, is_signed_by

PLACES: Final = 1 << 20
LARGEST: Final = 300_000
STALE_AFTER: Final = timedelta(hours=24)
_PER_BYTE: Final = 4
_TYPE, _MEDIA_TYPE = 16, "application/statuslist+cwt"
_SUBJECT, _EXPIRES, _ISSUED, _TIME_TO_LIVE, _STATUS_LIST = 2, 4, 6, 65534, 65533
_MUST: Final = frozenset({_SUBJECT, _EXPIRES, _ISSUED, _STATUS_LIST})
_NUMBERED: Final = re.compile(r".+/status-lists/(0|[1-9][0-9]{0,6})", re.ASCII)
_LATEST_S: Final = 1 << 36


class Status(IntEnum):
    """What two bits say."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2
    SUPERSEDED = 3


class UntrustedList(ValueError):
    """Bytes that aren't a status list which one of the keys signed."""


@dataclass(frozen=True)
class StatusList:
    """A list whose signature is genuine.

    Attributes:
        uri: Where it is fetched, as it says itself.
        number: Which of the lists it is, from 0.
        as_of: The moment up to which it is true.
        expires_at: From when on it is stale.
        statuses: Two bits for each place.
    """

    uri: str
    number: int
    as_of: datetime
    expires_at: datetime
    statuses: bytes

    @classmethod
    def from_bytes(cls, token: bytes, keys: KeySet) -> StatusList:
        """A list as it was fetched.

        Raises:
            UntrustedList: It isn't a list, or none of the keys signed it.
        """
        if len(token) > LARGEST:
            raise UntrustedList("larger than any list")
        try:
            message = open_message(token)
            claims = decoded(message.content)
        except BadMessage as error:
            raise UntrustedList("not a status list") from error
        if message.header.keys() != {ALGORITHM, KEY_ID, _TYPE} or message.header[_TYPE] != _MEDIA_TYPE:
            raise UntrustedList("not a status list")
        key = keys.lists.get(message.key_id)
        if key is None or not is_signed_by(message, key):
            raise UntrustedList("signed by none of the keys")
        return cls._of(claims)

    def find(self, place: int) -> Status | None:
        """What it says of a place, or None past its end."""
        byte, step = divmod(place, _PER_BYTE)
        return Status(self.statuses[byte] >> 2 * step & 3) if byte < len(self.statuses) else None

    def is_stale(self, now: datetime) -> bool:
        """Whether it is too old to say that something is in force."""
        return now >= min(self.expires_at, self.as_of + STALE_AFTER)

    @classmethod
    def _of(cls, claims: Any) -> StatusList:
        if type(claims) is not dict or not _MUST <= claims.keys() <= _MUST | {_TIME_TO_LIVE}:
            raise UntrustedList("claims of another kind")
        uri = claims[_SUBJECT]
        number = _NUMBERED.fullmatch(uri) if type(uri) is str else None
        if number is None:
            raise UntrustedList("it doesn't say which list it is")
        return cls(
            uri=uri,
            number=int(number[1]),
            as_of=_moment(claims[_ISSUED]),
            expires_at=_moment(claims[_EXPIRES]),
            statuses=_inflated(claims[_STATUS_LIST]),
        )


@dataclass(frozen=True)
class StatusLists:
    """The lists that somebody has, by their number."""

    by_number: Mapping[int, StatusList] = field(default_factory=dict)

    @classmethod
    def of(cls, lists: Iterable[StatusList]) -> StatusLists:
        """These lists; of two with one number, the one that is true for longer."""
        kept: dict[int, StatusList] = {}
        for each in lists:
            there = kept.get(each.number)
            if there is None or there.as_of < each.as_of:
                kept[each.number] = each
        return cls(kept)

    def find(self, index: int) -> tuple[StatusList, Status | None] | None:
        """The list of an index and what it says of it, or None where that list isn't there."""
        number, place = divmod(index, PLACES)
        found = self.by_number.get(number)
        return None if found is None else (found, found.find(place))


def _moment(second: Any) -> datetime:
    if type(second) is not int or not 0 <= second < _LATEST_S:
        raise UntrustedList("not a moment")
    return datetime.fromtimestamp(second, UTC)


def _inflated(told: Any) -> bytes:
    if type(told) is not dict or told.keys() != {"bits", "lst"} or type(told["lst"]) is not bytes:
        raise UntrustedList("no statuses")
    if type(told["bits"]) is not int or told["bits"] != 2:  # noqa: PLR2004 - as the format has it
        raise UntrustedList("not two bits for each place")
    inflating = zlib.decompressobj()
    try:
        statuses = inflating.decompress(told["lst"], PLACES // _PER_BYTE + 1)
    except zlib.error as error:
        raise UntrustedList("statuses that can't be inflated") from error
    if len(statuses) > PLACES // _PER_BYTE or not inflating.eof or inflating.unused_data:
        raise UntrustedList("more or fewer statuses than a list has")
    return statuses
