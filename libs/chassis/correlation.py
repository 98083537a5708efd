"""What ties the lines and events of one cause together across HTTP and Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_correlation: ContextVar[str] = ContextVar("correlation_id", default="")
_traceparent: ContextVar[str] = ContextVar("traceparent", default="")


def correlation_id() -> str:
    """The correlation id of this task; empty outside a request or an event."""
    return _correlation.get()


def traceparent() -> str:
    """The W3C `traceparent` that this task serves; empty where none came."""
    return _traceparent.get()


def bind_correlation(correlation: str, parent: str = "") -> None:
    """Tie this task, and the tasks that it starts, to a cause.

    Args:
        correlation: The request's or the event's id; no personal data.
        parent: A W3C `traceparent`, or an empty text.
    """
    _correlation.set(correlation)
    _traceparent.set(parent)


@contextmanager
def correlated(correlation: str, parent: str = "") -> Iterator[None]:
    """Tie the block to a cause, and then return to the one before."""
    before = (_correlation.set(correlation), _traceparent.set(parent))
    try:
        yield
    finally:
        _correlation.reset(before[0])
        _traceparent.reset(before[1])
