"""`python -m deploy.provision`: gives each service its users, topics and rights on MongoDB and Kafka."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from deploy.kafka_access import KafkaAdmin
from deploy.mongo_access import Client, ensure_replica_set, ensure_user
from libs.contracts.topics import MONITOR, SERVICES, TOPICS

PATIENCE_S: Final = 120.0
RETRY_INTERVAL_S: Final = 0.5


@dataclass(frozen=True)
class Login:
    """What one service logs in with.

    Args:
        service: Its name, which is its database and consumer-group prefix too.
        mongo_password: Password of its MongoDB user.
        kafka_password: Password of its SCRAM user.
    """

    service: str
    mongo_password: str
    kafka_password: str


def read_login(service: str, environment: Mapping[str, str]) -> Login:
    """Read a service's logins from its own settings, so that no password is written down twice.

    Raises:
        KeyError: A setting is missing.
        ValueError: It logs in under another name than its own.
    """
    prefix = service.upper()
    address = parse_uri(environment[f"{prefix}_MONGO_URL"], warn=False)
    if not service == address["username"] == environment[f"{prefix}_KAFKA_USER"]:
        raise ValueError(f"{prefix}_MONGO_URL and {prefix}_KAFKA_USER must log in as {service}")
    return Login(service, str(address["password"]), environment[f"{prefix}_KAFKA_PASSWORD"])


def provision_mongo(url: str, member: str | None, logins: list[Login]) -> None:
    """Make the replica set where there is none, and each service's user.

    Args:
        url: An administrator's address; direct to the node where the set is still to be made.
        member: Host and port of the one member of a new set; None where the set stands.
        logins: Users to make.
    """
    with Client(url) as client:
        if member:
            ensure_replica_set(client, member)
        _wait_until(lambda: bool(client.admin.command("hello").get("isWritablePrimary")), "a MongoDB primary")
        for login in logins:
            ensure_user(client, login.service, login.mongo_password)


def provision_kafka(admin: KafkaAdmin, logins: list[Login], monitor_password: str | None = None) -> None:
    """Make users, missing topics and the rights that the topic table implies.

    Args:
        admin: The administrator's view of the cluster.
        logins: The services' users to make.
        monitor_password: Password of the user that watches the issuance log; None where nobody does.
    """
    _wait_until(admin.is_answering, "Kafka")
    if monitor_password:
        admin.ensure_user(MONITOR, monitor_password)
    for login in logins:
        admin.ensure_user(login.service, login.kafka_password)
    admin.ensure_topics(TOPICS)
    admin.ensure_access(TOPICS, [login.service for login in logins])


def admin_of(environment: Mapping[str, str]) -> KafkaAdmin:
    """Return the administrator that the settings name.

    Raises:
        KeyError: A setting is missing.
    """
    return KafkaAdmin(
        environment["PROVISION_KAFKA_BOOTSTRAP"],
        environment["PROVISION_KAFKA_USER"],
        environment["PROVISION_KAFKA_PASSWORD"],
        environment.get("PROVISION_KAFKA_SECURITY", "SASL_SSL"),
        int(environment.get("PROVISION_KAFKA_REPLICATION", "3")),
    )


def _wait_until(is_there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_there():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not answer within {PATIENCE_S:g} s")
        time.sleep(RETRY_INTERVAL_S)


def main(environment: Mapping[str, str]) -> int:
    """Provision what the settings name, also for a second time; return the exit code."""
    try:
        logins = [read_login(service, environment) for service in SERVICES]
        mongo_url = environment["PROVISION_MONGO_URL"]
        admin = admin_of(environment)
    except KeyError as missing:
        sys.stderr.write(f"{missing.args[0]} is not set\n")
        return 2
    _wait_until(lambda: _is_answering(mongo_url), "MongoDB")
    provision_mongo(mongo_url, environment.get("PROVISION_MONGO_MEMBER"), logins)
    provision_kafka(admin, logins, environment.get("MONITOR_KAFKA_PASSWORD"))
    sys.stdout.write(f"{len(logins)} services and {len(TOPICS)} topics are provisioned\n")
    return 0


def _is_answering(url: str) -> bool:
    try:
        with Client(url, serverSelectionTimeoutMS=1000) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(os.environ))
