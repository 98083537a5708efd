"""What a partner's user on a real broker may do, right by right, and what a suspension leaves of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its names are re-exported without __all__
    AdminClient,
    NewTopic,
)

from deploy.kafka_access import KafkaAdmin
from deploy.partner_access import admit_partner, dismiss_partner
from libs.contracts.partners import kafka_principal_of
from libs.contracts.topics import TOPICS
from tests.support.parts import KafkaPart

Settings = dict[str, str | int | float | bool]

PATIENCE_S = 30
TOPIC_REFUSED = KafkaError.TOPIC_AUTHORIZATION_FAILED
PUBLIC = "certificates.public"
CLIENT, NEIGHBOUR = "office-a", "office-ab"
OTHERS = [topic.name for topic in TOPICS if topic.name != PUBLIC]


@pytest.fixture(scope="module")
def admin(kafka: KafkaPart) -> KafkaAdmin:
    return KafkaAdmin(kafka.bootstrap, *kafka.credentials("admin"))


@pytest.fixture(scope="module")
def settings(kafka: KafkaPart, admin: KafkaAdmin) -> Iterator[Settings]:
    """How a partner logs in; a neighbour whose name begins alike is there too."""
    admit_partner(admin, NEIGHBOUR)
    password = admit_partner(admin, CLIENT)
    yield login(kafka, CLIENT, password)
    dismiss_partner(admin, CLIENT)
    dismiss_partner(admin, NEIGHBOUR)


def login(kafka: KafkaPart, client_id: str, password: str) -> Settings:
    return {
        "bootstrap.servers": kafka.bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.username": kafka_principal_of(client_id),
        "sasl.password": password,
        "log_level": "0",
    }


def answers_of(consumer: Consumer) -> Iterator[int]:
    """The codes of what comes, 0 for records."""
    while (message := consumer.poll(PATIENCE_S)) is not None:
        error = message.error()
        yield 0 if error is None else int(error.code())


def read_error(settings: Settings, topic: str) -> int | None:
    """What the broker answers to a fetch; None where it lets it happen."""
    consumer = Consumer({**settings, "group.id": f"partner-{CLIENT}.probe", "enable.partition.eof": True})
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        message = consumer.poll(PATIENCE_S)
        assert message is not None
        error = message.error()
        return None if error is None or error.code() == KafkaError._PARTITION_EOF else int(error.code())
    finally:
        consumer.close()


def describe_error(settings: Settings, topic: str) -> int | None:
    """What the broker answers to whoever asks for a topic; each right to it implies this one."""
    error = AdminClient(settings).list_topics(topic, timeout=PATIENCE_S).topics[topic].error
    return None if error is None else int(error.code())


def write_error(settings: Settings, topic: str) -> int | None:
    """What the broker answers to a record; None where it takes it."""
    told: list[int | None] = []

    def note(error: KafkaError | None, _message: Any) -> None:
        told.append(None if error is None else int(error.code()))

    producer = Producer({**settings, "message.timeout.ms": PATIENCE_S * 1000})
    producer.produce(topic, b"{}", on_delivery=note)
    producer.flush(PATIENCE_S)
    return told[0]


def group_error(settings: Settings, group: str) -> int | None:
    """What the broker answers to whoever joins a group; None where it lets it read."""
    first = {"auto.offset.reset": "earliest", "enable.partition.eof": True}
    consumer = Consumer({**settings, **first, "group.id": group})
    try:
        consumer.subscribe([PUBLIC])
        code = next(answers_of(consumer))
        return None if code in {0, KafkaError._PARTITION_EOF} else code
    finally:
        consumer.close()


def test_a_partner_reads_the_public_facts(settings: Settings) -> None:
    assert read_error(settings, PUBLIC) is None
    assert describe_error(settings, PUBLIC) is None


@pytest.mark.parametrize("topic", OTHERS)
def test_a_partner_reads_nothing_else(settings: Settings, topic: str) -> None:
    assert describe_error(settings, topic) == TOPIC_REFUSED


def test_a_partner_sees_no_other_topic(settings: Settings) -> None:
    seen = AdminClient(settings).list_topics(timeout=PATIENCE_S).topics
    assert set(seen) == {PUBLIC}


@pytest.mark.parametrize("topic", [PUBLIC, "certificates.state", "verification.dead", "of-its-own"])
def test_a_partner_writes_nowhere(settings: Settings, topic: str) -> None:
    assert write_error(settings, topic) == TOPIC_REFUSED


@pytest.mark.parametrize("group", [f"partner-{CLIENT}.feed", f"partner-{CLIENT}.", f"partner-{CLIENT}.a.b"])
def test_a_partner_has_groups_of_its_own(settings: Settings, group: str) -> None:
    assert group_error(settings, group) is None


@pytest.mark.parametrize(
    "group", [f"partner-{CLIENT}", f"partner-{NEIGHBOUR}.feed", "partner-", "verification", "monitor", "any"]
)
def test_a_partner_has_no_part_in_other_groups(settings: Settings, group: str) -> None:
    assert group_error(settings, group) == KafkaError.GROUP_AUTHORIZATION_FAILED


def _make_topic(client: AdminClient) -> Any:
    return client.create_topics([NewTopic("of-its-own", 1, 1)])["of-its-own"]


ADMINISTRATION: dict[str, Callable[[AdminClient], Any]] = {
    "make a topic": _make_topic,
    "delete the topic": lambda client: client.delete_topics([PUBLIC])[PUBLIC],
}


@pytest.mark.parametrize("act", ADMINISTRATION.values(), ids=ADMINISTRATION.keys())
def test_a_partner_administers_nothing(settings: Settings, act: Callable[[AdminClient], Any]) -> None:
    client = AdminClient(settings)
    with pytest.raises(KafkaException) as refusal:
        act(client).result(PATIENCE_S)
    assert refusal.value.args[0].code() in {
        TOPIC_REFUSED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }


def test_admitted_again_only_the_new_password_opens(kafka: KafkaPart, admin: KafkaAdmin) -> None:
    old = admit_partner(admin, "office-c")
    new = admit_partner(admin, "office-c")
    try:
        assert set(AdminClient(login(kafka, "office-c", new)).list_topics(timeout=PATIENCE_S).topics) == {
            PUBLIC
        }
        with pytest.raises(KafkaException):
            AdminClient(login(kafka, "office-c", old)).list_topics(timeout=3)
    finally:
        dismiss_partner(admin, "office-c")


def test_a_suspension_ends_what_is_connected_and_lets_nobody_in_again(
    kafka: KafkaPart, admin: KafkaAdmin
) -> None:
    settings = login(kafka, "office-d", admit_partner(admin, "office-d"))
    consumer = Consumer({**settings, "group.id": "partner-office-d.feed", "enable.partition.eof": True})
    try:
        consumer.assign([TopicPartition(PUBLIC, 0, 0)])
        assert consumer.poll(PATIENCE_S) is not None
        dismiss_partner(admin, "office-d")
        consumer.assign([TopicPartition(PUBLIC, 0, 0)])
        assert TOPIC_REFUSED in answers_of(consumer)
    finally:
        consumer.close()
    with pytest.raises(KafkaException):
        AdminClient(settings).list_topics(timeout=3)
    dismiss_partner(admin, "office-d")
