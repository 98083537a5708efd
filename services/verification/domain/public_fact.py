"""What partners are told of a certificate, as one CloudEvent, and the place up to which somebody has read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from libs.contracts.certificates import CertificateStatus
from services.verification.errors import CursorUnknown

SINGLE: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"

_CURSOR: Final = re.compile(r"([0-9a-z]{1,32})-([0-9]{1,15})")


@dataclass(frozen=True)
class PublicFact:
    """One fact about a certificate's status, without a person.

    Attributes:
        sequence: Its place among those of its certificate, from 1, without gaps.
        body: The whole event in CloudEvents' JSON format, the same bytes to whomever it goes.
    """

    id: str
    certificate_id: str
    sequence: int
    time: datetime
    status: CertificateStatus
    body: bytes


@dataclass(frozen=True)
class Entry:
    """A fact in its place among all that this service has been told.

    Attributes:
        position: From 1, without gaps: whoever has read up to one place has read everything before it.
    """

    position: int
    fact: PublicFact


@dataclass(frozen=True)
class Page:
    """Entries in their order.

    Attributes:
        upto: Nothing up to this position is left to read, also where the last entries weren't wanted.
    """

    entries: Sequence[Entry]
    upto: int


@dataclass(frozen=True)
class Cursor:
    """How far a reader has come.

    Attributes:
        edition: Which copy it was read from; a copy that was built anew numbers its entries otherwise.
        position: Of the last entry that was read, 0 before the first.
    """

    edition: str
    position: int

    def __str__(self) -> str:
        return f"{self.edition}-{self.position}"

    @classmethod
    def read(cls, text: str, edition: str) -> Cursor:
        """A cursor as it was given out.

        Raises:
            CursorUnknown: It isn't one, or another copy gave it out.
        """
        found = _CURSOR.fullmatch(text)
        if found is None or found.group(1) != edition:
            raise CursorUnknown
        return cls(edition, int(found.group(2)))


def cloud_event(attributes: dict[str, str], data: dict[str, Any]) -> bytes:
    """One event in the JSON format (CloudEvents 1.0.2, JSON event format 3)."""
    whole = {"specversion": "1.0", **attributes, "datacontenttype": "application/json", "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def batch_of(bodies: Sequence[bytes]) -> bytes:
    """Several events in the JSON batch format (CloudEvents 1.0.2, JSON event format 4)."""
    return b"[" + b",".join(bodies) + b"]"
