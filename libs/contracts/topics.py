"""The topic table: what each topic is for, how long it keeps, who owns it and who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SERVICES = ("identity", "requests", "certificates", "notifications", "verification")
PARTNERS = "partners"
MONITOR = "monitor"
FACTS_KEPT_DAYS = 400
CODES_KEPT_MINUTES = 60
PARTITIONS = 12
HEARTBEATS_KEPT_HOURS = 6


@dataclass(frozen=True)
class Topic:
    """One Kafka topic.

    Attributes:
        name: Its name on the broker.
        key: What the record key is the id of.
        owner: The only service that may write it.
        readers: Who may read it; `partners` stands for subscribers outside the platform, `monitor` for
            whoever compares the issuance log with the public facts.
        cleanup: `delete` by age, or `compact` to the newest record per key.
        retention_minutes: Age at which a record may go; None keeps it for ever.
        partitions: Fixed for the life of the topic, since the order per key hangs on it.
        compacted_within_hours: Of a compacted one: after so long at most, older records of a key go; None
            leaves it to the broker, which may let them lie for weeks. Matters where heartbeats pass.
    """

    name: str
    key: str
    owner: str
    readers: tuple[str, ...]
    cleanup: Literal["delete", "compact"] = "delete"
    retention_minutes: int | None = FACTS_KEPT_DAYS * 24 * 60
    partitions: int = PARTITIONS
    compacted_within_hours: int | None = None


_ALL = SERVICES
_OTHERS = tuple(service for service in SERVICES if service != "identity")

TOPICS: tuple[Topic, ...] = (
    Topic("identity.facts", "person", "identity", ("notifications",)),
    Topic("identity.codes", "person", "identity", ("notifications",), retention_minutes=CODES_KEPT_MINUTES),
    Topic("identity.keys", "person or signing key", "identity", _OTHERS, "compact", None),
    Topic("identity.persons", "person", "identity", ("requests", "notifications"), "compact", None),
    Topic("identity.staff", "staff member", "identity", _OTHERS, "compact", None),
    Topic("identity.sessions", "session", "identity", _OTHERS, "compact", None),
    Topic("identity.partners", "partner", "identity", ("verification",), "compact", None),
    Topic("requests.facts", "request", "requests", ("requests", "certificates", "notifications")),
    Topic("certificates.facts", "certificate", "certificates", ("requests", "notifications"), "delete", None),
    Topic(
        "certificates.state",
        "certificate",
        "certificates",
        ("verification",),
        "compact",
        None,
        compacted_within_hours=HEARTBEATS_KEPT_HOURS,
    ),
    Topic("certificates.keys", "verifier key", "certificates", ("verification",), "compact", None),
    Topic(
        "certificates.public",
        "certificate",
        "certificates",
        ("verification", PARTNERS, MONITOR),
        "delete",
        None,
    ),
    Topic("notifications.facts", "message", "notifications", ("requests",)),
    *(Topic(f"{name}.dead", "the failed record's key", name, (name,)) for name in _ALL),
)

BY_NAME = {topic.name: topic for topic in TOPICS}


def dead_letter_topic(service: str) -> str:
    """The topic that takes what `service` can never apply."""
    return f"{service}.dead"
