"""The provisioner fills an existing MongoDB and Kafka from the services' own settings, and may run again."""

from urllib.parse import urlsplit

import pytest
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient

from deploy import provision
from libs.contracts.topics import SERVICES, TOPICS
from tests.support.parts import KafkaPart, MongoPart


@pytest.fixture
def environment(mongo: MongoPart, kafka: KafkaPart) -> dict[str, str]:
    user, password = kafka.credentials("admin")
    settings = {
        "PROVISION_MONGO_URL": mongo.admin_url,
        "PROVISION_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "PROVISION_KAFKA_USER": user,
        "PROVISION_KAFKA_PASSWORD": password,
        "PROVISION_KAFKA_SECURITY": "SASL_PLAINTEXT",
        "PROVISION_KAFKA_REPLICATION": "1",
    }
    for name in SERVICES:
        settings[f"{name.upper()}_MONGO_URL"] = mongo.url_for(name)
        settings[f"{name.upper()}_KAFKA_USER"] = name
        settings[f"{name.upper()}_KAFKA_PASSWORD"] = kafka.credentials(name)[1]
    return settings


def test_it_makes_every_user_and_topic_and_runs_twice(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert provision.main(environment) == 0
    assert provision.main(environment) == 0
    assert f"5 services and {len(TOPICS)} topics" in capsys.readouterr().out
    for name in SERVICES:
        with MongoClient[dict[str, object]](environment[f"{name.upper()}_MONGO_URL"]) as client:
            assert client[name].command("ping")["ok"]
    admin = AdminClient(
        {
            "bootstrap.servers": environment["PROVISION_KAFKA_BOOTSTRAP"],
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-256",
            "sasl.username": environment["PROVISION_KAFKA_USER"],
            "sasl.password": environment["PROVISION_KAFKA_PASSWORD"],
        }
    )
    there = admin.list_topics(timeout=10).topics
    assert {topic.name: topic.partitions for topic in TOPICS}.items() <= {
        name: len(topic.partitions) for name, topic in there.items()
    }.items()


def test_a_missing_setting_is_named(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    del environment["REQUESTS_KAFKA_PASSWORD"]
    assert provision.main(environment) == 2
    assert "REQUESTS_KAFKA_PASSWORD" in capsys.readouterr().err


def test_a_service_must_log_in_under_its_own_name(environment: dict[str, str]) -> None:
    address = urlsplit(environment["IDENTITY_MONGO_URL"])
    environment["REQUESTS_MONGO_URL"] = address.geturl()
    with pytest.raises(ValueError, match="must log in as requests"):
        provision.main(environment)
