"""What ties the lines and events of one cause together across HTTP and Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars, get_contextvars


def current_correlation_id() -> str:
    """The correlation id of the running task, or an empty text."""
    return str(get_contextvars().get("correlation_id", ""))


def current_traceparent() -> str:
    """The W3C `traceparent` of the running task, or an empty text."""
    return str(get_contextvars().get("traceparent", ""))


@contextmanager
def correlated(correlation_id: str, traceparent: str = "") -> Iterator[None]:
    """Run the block under a correlation id, and a traceparent where there is one."""
    with bound_contextvars(correlation_id=correlation_id, traceparent=traceparent):
        yield
