"""What an event says, however it came: as a webhook, a page of the feed or a record of Kafka."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .errors import EventUnreadable

EVENT_TYPE: Final = "CertificateStatusPublished"
SINGLE: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"

_MARK: Final = "ce_"
_STATUSES: Final = frozenset({"valid", "suspended", "superseded", "revoked"})


@dataclass(frozen=True)
class Fact:
    """One fact about one version of a certificate, without a person.

    Attributes:
        id: The event's, by which it is known again.
        sequence: Its place among those of its certificate, from 1, without gaps: it decides what is newest.
        status: `valid`, `suspended`, `superseded` or `revoked`; expiry follows from `valid_until`.
        valid_until: The last day; None for no end.
        document_sha256: Of the PDF, but for its signature's slot.
        log_index: Its entry in the issuance log.
        log_salt: With which that entry commits to this fact.
    """

    id: str
    certificate_id: str
    sequence: int
    time: datetime
    number: str
    version: int
    status: str
    issued_on: str
    valid_until: str | None
    changed_at: datetime
    document_sha256: str | None = None
    log_index: int | None = None
    log_salt: str | None = None


def find_fact(event: object) -> Fact | None:
    """What a CloudEvent in JSON format says; None for a type that we don't know, which may come one day.

    Fields that we don't know are passed over: newer writers may add some.

    Raises:
        EventUnreadable: It is of our type and lacks something, or isn't a CloudEvent.
    """
    if not isinstance(event, dict) or event.get("specversion") != "1.0" or "type" not in event:
        raise EventUnreadable("not a CloudEvent 1.0")
    if event["type"] != EVENT_TYPE:
        return None
    try:
        data = event["data"]
        fact = Fact(
            id=str(event["id"]),
            certificate_id=str(event["subject"]),
            sequence=int(event["sequence"]),
            time=datetime.fromisoformat(event["time"]),
            number=str(data["number"]),
            version=int(data["version"]),
            status=str(data["status"]),
            issued_on=str(data["issued_on"]),
            valid_until=data["valid_until"],
            changed_at=datetime.fromisoformat(data["changed_at"]),
            document_sha256=data.get("document_sha256"),
            log_index=data.get("log_index"),
            log_salt=data.get("log_salt"),
        )
        named = data["certificate_id"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EventUnreadable(f"a fact that lacks something: {error}") from error
    if named != fact.certificate_id or fact.sequence < 1 or fact.status not in _STATUSES:
        raise EventUnreadable("a fact that contradicts itself")
    return fact


def events_in(media_type: str, body: bytes) -> Sequence[object]:
    """The events of one HTTP message: one in structured mode, or a batch.

    Raises:
        EventUnreadable: It is neither.
    """
    try:
        read = json.loads(body)
    except ValueError as error:
        raise EventUnreadable("no JSON") from error
    kind = media_type.partition(";")[0].strip().lower()
    if kind == BATCH and isinstance(read, list):
        return read
    if kind == SINGLE and isinstance(read, dict):
        return [read]
    raise EventUnreadable(f"not {SINGLE} nor {BATCH}")


def event_of_record(headers: Mapping[str, bytes | str | None], value: bytes | None) -> dict[str, Any]:
    """A Kafka record in binary mode as the same CloudEvent in JSON format (CloudEvents, Kafka binding 3.2).

    Raises:
        EventUnreadable: Its headers or its value can't be read.
    """
    try:
        attributes = {
            name.removeprefix(_MARK): text.decode() if isinstance(text, bytes) else str(text)
            for name, text in headers.items()
            if name.startswith(_MARK)
        }
        return {**attributes, "data": json.loads(value or b"null")}
    except ValueError as error:
        raise EventUnreadable("a record that is no CloudEvent") from error
