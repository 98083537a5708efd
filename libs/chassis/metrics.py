"""What a process counts, in its own registry; labels are few-valued and never personal."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

REGISTRY: Final = CollectorRegistry()
CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

HTTP_REQUESTS: Final = Counter(
    "http_requests_total", "Requests answered.", ("method", "route", "status"), registry=REGISTRY
)
HTTP_DURATION_S: Final = Histogram(
    "http_request_duration_seconds",
    "Time to answer.",
    ("method", "route"),
    registry=REGISTRY,
    buckets=_SECONDS,
)
HTTP_SHED: Final = Counter("http_shed_total", "Writes refused because outboxes swell.", registry=REGISTRY)

EVENTS_PUBLISHED: Final = Counter(
    "events_published_total", "Events sent by the relay.", ("topic",), registry=REGISTRY
)
EVENTS_APPLIED: Final = Counter(
    "events_applied_total",
    "Deliveries by what became of them.",
    ("topic", "event", "outcome"),
    registry=REGISTRY,
)
EVENTS_PARKED: Final = Gauge("events_parked", "Events that wait to be tried again.", registry=REGISTRY)
DEAD_LETTERS: Final = Counter(
    "dead_letters_total", "Events given up, with why.", ("topic", "slug"), registry=REGISTRY
)
OUTBOX_AGE_S: Final = Gauge("outbox_age_seconds", "Age of the oldest unpublished event.", registry=REGISTRY)
LAST_POLL_AGE_S: Final = Gauge(
    "last_poll_age_seconds", "Time since the consumer last polled.", registry=REGISTRY
)


def exposition() -> bytes:
    """The registry in Prometheus's text format."""
    return generate_latest(REGISTRY)
