"""The real parts start, are closed to strangers, and come back from a kill with what they acknowledged."""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError, TopicAuthorizationFailedError
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from tests.support.parts import KafkaPart, MongoPart

READ_S: Final = 60.0


def kafka_login(kafka: KafkaPart, principal: str) -> dict[str, str]:
    user, password = kafka.credentials(principal)
    return {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": user,
        "sasl_plain_password": password,
    }


def test_a_service_uses_its_own_database(mongo: MongoPart) -> None:
    with MongoClient[dict[str, object]](mongo.url_for("identity")) as client:
        client.identity.probe.insert_one({"_id": "own"})
        assert client.identity.probe.find_one({"_id": "own"})


@pytest.mark.parametrize("other", ["requests", "admin", "local"])
def test_a_service_cannot_read_another_database(mongo: MongoPart, other: str) -> None:
    with (
        MongoClient[dict[str, object]](mongo.url_for("identity")) as client,
        pytest.raises(OperationFailure) as refusal,
    ):
        client[other].probe.find_one()
    assert refusal.value.code == 13


def test_mongo_keeps_acknowledged_writes_through_a_kill(mongo: MongoPart) -> None:
    with MongoClient[dict[str, object]](mongo.url_for("test_kill")) as client:
        majority = client.test_kill.probe.with_options(write_concern=client.write_concern)
        majority.insert_one({"_id": "kept"})
    mongo.kill()
    mongo.start()
    with MongoClient[dict[str, object]](mongo.url_for("test_kill")) as client:
        assert client.test_kill.probe.find_one({"_id": "kept"})


async def test_the_owner_writes_and_a_reader_reads(kafka: KafkaPart) -> None:
    async with AsyncExitStack() as stack:
        producer = AIOKafkaProducer(**kafka_login(kafka, "requests"), enable_idempotence=True, acks="all")
        await stack.enter_async_context(producer)
        sent = await producer.send_and_wait("requests.facts", b"{}", key=b"probe", partition=0)
        consumer = AIOKafkaConsumer(
            "requests.facts",
            **kafka_login(kafka, "certificates"),
            group_id="certificates.probe",
            auto_offset_reset="earliest",
        )
        await stack.enter_async_context(consumer)
        # Other tests' records may lie before it on the same topic.
        async with asyncio.timeout(READ_S):
            while (received := await consumer.getone()).key != b"probe":
                continue
    assert (received.partition, received.offset) == (0, sent.offset)


async def test_a_service_cannot_write_another_topic(kafka: KafkaPart) -> None:
    async with AIOKafkaProducer(**kafka_login(kafka, "requests")) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait("certificates.facts", b"{}")


async def test_a_service_cannot_join_another_services_group(kafka: KafkaPart) -> None:
    consumer = AIOKafkaConsumer(
        "requests.facts", **kafka_login(kafka, "certificates"), group_id="notifications.main"
    )
    try:
        with pytest.raises(GroupAuthorizationFailedError):
            await consumer.start()
    finally:
        await consumer.stop()


async def test_a_wrong_password_is_refused(kafka: KafkaPart) -> None:
    login = kafka_login(kafka, "requests") | {"sasl_plain_password": "wrong"}
    producer = AIOKafkaProducer(**login)
    try:
        with pytest.raises(KafkaConnectionError):
            await producer.start()
    finally:
        await producer.stop()


async def test_kafka_keeps_acknowledged_records_through_a_kill_and_a_restart(kafka: KafkaPart) -> None:
    async with AIOKafkaProducer(**kafka_login(kafka, "identity"), acks="all") as producer:
        sent = await producer.send_and_wait("identity.staff", b"{}", key=b"kept", partition=0)
        kafka.kill()
        kafka.start()
        kafka.restart()
        again = await producer.send_and_wait("identity.staff", b"{}", key=b"kept", partition=0)
    assert again.offset == sent.offset + 1
