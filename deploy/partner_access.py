"""A partner's user on the broker: it reads the public facts in consumer groups of its own, nothing else."""

from __future__ import annotations

import secrets
from typing import Final

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its names are re-exported without __all__
    AclBinding,
    AclOperation,
    ResourcePatternType,
    ResourceType,
)

from deploy.kafka_access import KafkaAdmin, allow
from libs.contracts.partners import kafka_principal_of
from libs.contracts.topics import PARTNERS, TOPICS

PASSWORD_BYTES: Final = 24


def partner_acls(client_id: str) -> list[AclBinding]:
    """Return all that a partner may do: to describe a topic is implied by reading it.

    Its groups begin with its name and a dot, which no other name contains: `partner-a` has no part in the
    groups of `partner-ab`.
    """
    principal = kafka_principal_of(client_id)
    read, literal = AclOperation.READ, ResourcePatternType.LITERAL
    topics = [
        allow(ResourceType.TOPIC, topic.name, literal, principal, read)
        for topic in TOPICS
        if PARTNERS in topic.readers
    ]
    group = allow(ResourceType.GROUP, f"{principal}.", ResourcePatternType.PREFIXED, principal, read)
    return [*topics, group]


def admit_partner(admin: KafkaAdmin, client_id: str) -> str:
    """Make a partner's user with its rights; one that is there gets another password.

    Returns:
        The password, which is kept nowhere.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    admin.ensure_user(kafka_principal_of(client_id), password)
    admin.ensure_allowed(partner_acls(client_id))
    return password


def dismiss_partner(admin: KafkaAdmin, client_id: str) -> None:
    """Take a partner's rights, which ends what is connected too, and its user; harmless when done twice."""
    principal = kafka_principal_of(client_id)
    admin.forbid(principal)
    admin.remove_user(principal)
