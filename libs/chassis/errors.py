"""The kinds of failure that the plumbing tells apart, each with a slug and an HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class ServiceError(Exception):
    """A failure with a name.

    Attributes:
        slug: Stable; the last part of the problem type, and `error.<slug>` is its translation.
        status: The HTTP status that tells it.
        details: What the message may name; never personal data.
    """

    slug: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message or self.slug)
        self.details = details

    @property
    def headers(self) -> Mapping[str, str]:
        """HTTP headers that tell more of it, lower case."""
        return {}


class Retryable(ServiceError):
    """May succeed when tried again: a consumer retries, then parks it."""

    slug = "unavailable"
    status = 503


class Permanent(ServiceError):
    """Will never succeed as it stands: a consumer sends it to the dead-letter topic."""

    slug = "invalid"
    status = 422


class NotFound(Permanent):
    """Nothing by that id, or nothing that the caller may see."""

    slug = "not-found"
    status = 404


class NotYet(Retryable):
    """It depends on something that has not arrived: parked at once and tried again soon."""

    slug = "not-yet"


class KeyMissing(NotYet):
    """The owner's key isn't here: not yet arrived, or destroyed."""

    slug = "key-missing"


class SequenceGap(NotYet):
    """An event came before its predecessor on a topic that is followed completely."""

    slug = "sequence-gap"


class Stale(Retryable):
    """Someone else changed the document since it was loaded."""

    slug = "changed-meanwhile"
    status = 409


class Duplicate(Permanent):
    """A unique index already holds that value; `details["index"]` names it."""

    slug = "duplicate"
    status = 409


class AlreadyApplied(ServiceError):
    """This delivery's effect is in the document already: done, nothing to do."""

    slug = "already-applied"
    status = 200


class Overloaded(Retryable):
    """Work is shed so that what was accepted gets done."""

    slug = "overloaded"


class DependencyDown(Retryable):
    """A datastore or the broker does not answer."""

    slug = "dependency-down"
