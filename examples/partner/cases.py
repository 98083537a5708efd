"""What a receiver must take and what it must refuse, as deliveries that are made when they are sent."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from .events import BATCH, EVENT_TYPE, SINGLE
from .signatures import TOLERANCE_S, sign

SOURCE: Final = "/khadamaty/conformance"
#: Past what any receiver should bear.
TOO_LONG_S: Final = 2 * TOLERANCE_S

Event = dict[str, Any]


@dataclass(frozen=True)
class Post:
    """One delivery, ready to be sent."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Case:
    """One delivery with what a receiver should do about it.

    Attributes:
        taken: Whether it should be answered with success.
        stored: Ids that must be stored afterwards, each once.
        make: The delivery, of the second that it is given.
    """

    name: str
    taken: bool
    make: Callable[[int], Post]
    stored: tuple[str, ...] = ()


def new_secret() -> str:
    """A secret for tests, as the platform would make one."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Sender:
    """Writes deliveries as the platform would, or nearly so.

    Args:
        secret: The test secret that the receiver knows.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def genuine(self, *events: Event, at_s: int) -> Post:
        """A delivery as it should be."""
        message_id = events[0]["id"] if len(events) == 1 else f"batch_{events[0]['id']}"
        return self.signed(message_id, _written(events), at_s, BATCH if len(events) > 1 else SINGLE)

    def signed(self, message_id: str, body: bytes, at_s: int, kind: str = SINGLE) -> Post:
        """Any body with a right signature."""
        return _post(message_id, at_s, sign(self._secret, message_id, at_s, body), body, kind)

    def with_signature(self, event: Event, at_s: int, written: Callable[[str], str]) -> Post:
        """A delivery whose signature is written in another way, given the right one."""
        body = _written([event])
        right = sign(self._secret, event["id"], at_s, body)
        return _post(event["id"], at_s, written(right), body)

    def wrongly_signed(self, event: Event, at_s: int) -> Post:
        """A delivery by somebody who has another secret."""
        body = _written([event])
        return _post(event["id"], at_s, sign(new_secret(), event["id"], at_s, body), body)


def new_events(count: int, certificate_id: str | None = None) -> list[Event]:
    """Invented facts of one certificate, in their order."""
    named = certificate_id or str(uuid.uuid4())
    statuses = ("valid", "suspended", "valid", "revoked")
    return [_event(named, place + 1, statuses[place % len(statuses)]) for place in range(count)]


def cases_for(secret: str) -> Sequence[Case]:
    """All cases, to be sent in this order."""
    sender = Sender(secret)
    return [*_to_be_taken(sender), *_to_be_refused(sender)]


def _to_be_taken(sender: Sender) -> list[Case]:
    (first,), (second, third), several = new_events(1), new_events(2), new_events(3)
    (rotated,), (newer,), (unknown,), (later,) = (new_events(1) for _ in range(4))
    unknown["type"] = "SomethingOfTomorrow"
    newer["data"]["of_tomorrow"] = {"any": "thing"}

    def genuine(*events: Event) -> Callable[[int], Post]:
        return lambda at_s: sender.genuine(*events, at_s=at_s)

    def rotating(at_s: int) -> Post:
        return sender.with_signature(
            rotated, at_s, lambda right: f"{_signature_of(new_secret())} v9,bm9uZQ== {right}"
        )

    return [
        Case("genuine", True, genuine(first), _ids(first)),
        Case("the same again, signed anew", True, genuine(first), _ids(first)),
        Case("the second fact before the first", True, genuine(third), _ids(third)),
        Case("the first fact after the second", True, genuine(second), _ids(second)),
        Case("a batch of three", True, genuine(*several), _ids(*several)),
        Case("a batch with one known fact", True, genuine(first, later), _ids(first, later)),
        Case("three signatures, the last one right", True, rotating, _ids(rotated)),
        Case("a field that nobody knows yet", True, genuine(newer), _ids(newer)),
        Case("a type that nobody knows yet", True, genuine(unknown)),
        Case(
            "four minutes old",
            True,
            lambda at_s: sender.genuine(first, at_s=at_s - TOLERANCE_S + 60),
            _ids(first),
        ),
    ]


def _to_be_refused(sender: Sender) -> list[Case]:
    def refused(name: str, change: Callable[[Event, int], Post]) -> Case:
        (event,) = new_events(1)
        return Case(name, taken=False, make=partial(change, event))

    def genuine(event: Event, at_s: int) -> Post:
        return sender.genuine(event, at_s=at_s)

    def signature(written: Callable[[str], str]) -> Callable[[Event, int], Post]:
        return lambda event, at_s: sender.with_signature(event, at_s, written)

    def without(name: str) -> Case:
        return refused(f"no {name}", lambda event, at_s: _without(genuine(event, at_s), name))

    return [
        refused("the body changed", lambda event, at_s: _tampered(sender, event, at_s)),
        refused("one more space in the body", lambda event, at_s: _spaced(genuine(event, at_s))),
        refused("another id", lambda event, at_s: _with(genuine(event, at_s), "webhook-id", "another")),
        refused(
            "another moment",
            lambda event, at_s: _with(genuine(event, at_s), "webhook-timestamp", str(at_s - 1)),
        ),
        refused("old", lambda event, at_s: genuine(event, at_s - TOO_LONG_S)),
        refused("from the future", lambda event, at_s: genuine(event, at_s + TOO_LONG_S)),
        refused("signed with another secret", sender.wrongly_signed),
        refused("a signature of no known kind", signature(lambda right: right.replace("v1,", "v0,"))),
        refused("half a signature", signature(lambda right: right[:20])),
        refused("an empty signature", signature(lambda _right: "v1,")),
        *map(without, ("webhook-signature", "webhook-timestamp", "webhook-id")),
    ]


def _event(certificate_id: str, sequence: int, status: str) -> Event:
    now = datetime.now(UTC)
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": SOURCE,
        "type": EVENT_TYPE,
        "subject": certificate_id,
        "time": now.isoformat(),
        "sequence": str(sequence),
        "datacontenttype": "application/json",
        "data": {
            "certificate_id": certificate_id,
            "number": "2000/000000",
            "version": 1,
            "status": status,
            "issued_on": now.date().isoformat(),
            "valid_until": None,
            "changed_at": now.isoformat(),
        },
    }


def _written(events: Sequence[Event]) -> bytes:
    told = events[0] if len(events) == 1 else list(events)
    return json.dumps(told, separators=(",", ":")).encode()


def _ids(*events: Event) -> tuple[str, ...]:
    return tuple(event["id"] for event in events)


def _post(message_id: str, at_s: int, signature: str, body: bytes, kind: str = SINGLE) -> Post:
    headers = {
        "content-type": kind,
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": signature,
    }
    return Post(headers, body)


def _signature_of(secret: str) -> str:
    return sign(secret, "nothing", 0, b"")


def _tampered(sender: Sender, event: Event, at_s: int) -> Post:
    """What a thief would want: a revocation turned into validity, under the signature of the former."""
    revoked = {**event, "data": {**event["data"], "status": "revoked"}}
    genuine = sender.genuine(revoked, at_s=at_s)
    return Post(genuine.headers, genuine.body.replace(b'"revoked"', b'"valid"'))


def _spaced(post: Post) -> Post:
    return Post(post.headers, post.body + b" ")


def _with(post: Post, name: str, value: str) -> Post:
    return Post({**post.headers, name: value}, post.body)


def _without(post: Post, name: str) -> Post:
    return Post({key: value for key, value in post.headers.items() if key != name}, post.body)
