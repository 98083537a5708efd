"""Kafka topics, SCRAM users and ACLs as the topic table wants them, deny by default."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its names are re-exported without __all__
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from libs.contracts.topics import MONITOR, Topic

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
SCRAM_ITERATIONS: Final = 4096
# A laptop that builds and tests at once may keep a broker waiting for its turn.
REQUEST_TIMEOUT_S: Final = 60.0
POLL_INTERVAL_S: Final = 0.05


class KafkaAdmin:
    """An administrator's view of one cluster.

    Args:
        bootstrap: Address of a broker.
        user: An administrator's SCRAM user.
        password: Its password.
        security: Protocol of the listener, as librdkafka names it.
        replication: Copies of each partition; 1 on a single node.
    """

    def __init__(
        self, bootstrap: str, user: str, password: str, security: str = "SASL_PLAINTEXT", replication: int = 1
    ) -> None:
        self._replication = replication
        self._client = AdminClient(
            {
                "bootstrap.servers": bootstrap,
                "security.protocol": security,
                "sasl.mechanism": "SCRAM-SHA-256",
                "sasl.username": user,
                "sasl.password": password,
                "log_level": 0,
            }
        )

    def is_answering(self) -> bool:
        """Tell whether the cluster answers this administrator and has a broker."""
        try:
            return bool(self._client.list_topics(timeout=1).brokers)
        except KafkaException:
            return False

    def ensure_user(self, user: str, password: str) -> None:
        """Make a SCRAM user, or set the password of the one that is there."""
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, SCRAM_ITERATIONS)
        change = UserScramCredentialUpsertion(user, info, password.encode())
        for future in self._client.alter_user_scram_credentials([change]).values():
            future.result(REQUEST_TIMEOUT_S)
        self._wait_until(lambda: self._has_user(user), f"the user {user}")

    def ensure_topics(self, topics: Sequence[Topic]) -> None:
        """Make the topics that are missing; the others keep their settings."""
        there = self._topic_names()
        missing = [topic for topic in topics if topic.name not in there]
        if not missing:
            return
        wanted = [self._new_topic(topic) for topic in missing]
        for future in self._client.create_topics(wanted, operation_timeout=REQUEST_TIMEOUT_S).values():
            _accept(future, KafkaError.TOPIC_ALREADY_EXISTS)
        names = {topic.name for topic in topics}
        self._wait_until(lambda: names <= self._topic_names(), "the topics")

    def _topic_names(self) -> set[str]:
        return set(self._client.list_topics(timeout=REQUEST_TIMEOUT_S).topics)

    def _new_topic(self, topic: Topic) -> NewTopic:
        settings = topic_settings(topic)
        return NewTopic(topic.name, topic.partitions, self._replication, config=settings)

    def ensure_access(self, topics: Sequence[Topic], services: Sequence[str]) -> None:
        """Allow owners to write, readers to read, and each its own consumer groups; nothing else."""
        is_watched = any(MONITOR in topic.readers for topic in topics)
        self.ensure_allowed(
            [*topic_acls(topics), *group_acls([*services, MONITOR] if is_watched else services)]
        )

    def ensure_allowed(self, allowed: Sequence[AclBinding]) -> None:
        """Allow what isn't allowed yet, and wait until the broker knows."""
        for future in self._client.create_acls(list(allowed)).values():
            future.result(REQUEST_TIMEOUT_S)
        # The controller has stored them; a broker learns of them a moment later.
        self._wait_until(lambda: set(allowed) <= set(self._acls()), "the ACLs")

    def forbid(self, principal: str) -> None:
        """Take all of a principal's rights, and wait until the broker knows."""
        for future in self._client.delete_acls([_acls_of(principal)]).values():
            future.result(REQUEST_TIMEOUT_S)
        self._wait_until(lambda: not self._acls(principal), f"the end of {principal}'s rights")

    def remove_user(self, user: str) -> None:
        """Remove a SCRAM user, where there is one."""
        change = UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_256)
        for future in self._client.alter_user_scram_credentials([change]).values():
            _accept(future, KafkaError.RESOURCE_NOT_FOUND)
        self._wait_until(lambda: not self._has_user(user), f"the end of the user {user}")

    def _acls(self, principal: str | None = None) -> list[AclBinding]:
        acls: list[AclBinding] = self._client.describe_acls(_acls_of(principal)).result(REQUEST_TIMEOUT_S)
        return acls

    def _has_user(self, user: str) -> bool:
        try:
            answers: Any = self._client.describe_user_scram_credentials([user])
            answers[user].result(REQUEST_TIMEOUT_S)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.RESOURCE_NOT_FOUND:
                raise
            return False
        return True

    def _wait_until(self, is_visible: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + REQUEST_TIMEOUT_S
        while not is_visible():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not reach the broker within {REQUEST_TIMEOUT_S:g} s")
            time.sleep(POLL_INTERVAL_S)


def topic_settings(topic: Topic) -> dict[str, str]:
    """Return a topic's settings: how it's cleaned and how long its records are kept."""
    kept_min = topic.retention_minutes
    retention_ms = -1 if kept_min is None else kept_min * MINUTE_MS
    settings = {"cleanup.policy": topic.cleanup, "retention.ms": str(retention_ms)}
    if topic.compacted_within_hours is not None:
        settings["max.compaction.lag.ms"] = str(topic.compacted_within_hours * HOUR_MS)
    return settings


def topic_acls(topics: Iterable[Topic]) -> list[AclBinding]:
    """Return what owners and readers may do; to describe the topic is implied by either."""
    acls = []
    for topic in topics:
        acls.append(_allow_topic(topic.name, topic.owner, AclOperation.WRITE))
        acls += [_allow_topic(topic.name, reader, AclOperation.READ) for reader in topic.readers]
    return acls


def group_acls(services: Iterable[str]) -> list[AclBinding]:
    """Return each principal's right to consumer groups that begin with its own name."""
    return [
        allow(ResourceType.GROUP, service, ResourcePatternType.PREFIXED, service, AclOperation.READ)
        for service in services
    ]


def _acls_of(principal: str | None) -> AclBindingFilter:
    """All rights of a principal; None for everybody's."""
    who: Any = principal and f"User:{principal}"
    wanted: tuple[Any, ...] = (
        *(ResourceType.ANY, None, ResourcePatternType.ANY),
        *(who, None, AclOperation.ANY, AclPermissionType.ANY),
    )
    return AclBindingFilter(*wanted)


def _allow_topic(topic: str, principal: str, operation: AclOperation) -> AclBinding:
    return allow(ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, principal, operation)


def allow(
    kind: ResourceType, name: str, pattern: ResourcePatternType, principal: str, operation: AclOperation
) -> AclBinding:
    """Return one right of a principal, from whichever host it comes."""
    return AclBinding(kind, name, pattern, f"User:{principal}", "*", operation, AclPermissionType.ALLOW)


def _accept(future: Any, harmless: int) -> None:
    try:
        future.result(REQUEST_TIMEOUT_S)
    except KafkaException as error:
        if error.args[0].code() != harmless:
            raise
