"""The same real parts in containers, for machines where a Docker engine answers."""

import base64
import secrets
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import docker  # type: ignore[import-untyped]  # it ships no types
from docker.errors import DockerException  # type: ignore[import-untyped]  # it ships no types
from pymongo.errors import PyMongoError
from testcontainers.core.container import DockerContainer

from deploy.kafka_access import KafkaAdmin
from deploy.local.kafka.settings import ADMIN, Listeners, new_cluster_id, scram_option, server_settings
from deploy.local.ports import LOOPBACK, choose_port
from deploy.mongo_access import REPLICA_SET, Client, ensure_replica_set, ensure_user
from libs.contracts.topics import Topic

START_TIMEOUT_S = 120.0
MONGO_SCRIPT = """
install -m 400 -o mongodb -g mongodb /dev/null /data/configdb/keyfile
echo "$MONGO_KEY" > /data/configdb/keyfile
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /data/configdb/keyfile --bind_ip_all \
  --port "$PORT" --setParameter ttlMonitorSleepSecs=1
"""
KAFKA_SCRIPT = """
settings=/opt/kafka/config/khadamaty.properties
echo "$SETTINGS_BASE64" | base64 -d > "$settings"
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id "$CLUSTER_ID" \
  --config "$settings" --add-scram "$ADD_SCRAM"
exec /opt/kafka/bin/kafka-server-start.sh "$settings"
"""


@cache
def is_engine_answering() -> bool:
    """Tell whether containers can be started here."""
    try:
        return bool(docker.from_env(timeout=5).ping())
    except DockerException:
        return False


class _Container:
    """A container that runs a script on one port, the same inside and outside."""

    def __init__(self, image: str, script: str, environment: dict[str, str], port: int) -> None:
        self.port = port
        self._container: Any = (
            DockerContainer(image)
            .with_kwargs(entrypoint=["bash", "-euc", script])
            .with_envs(**environment)
            .with_bind_ports(port, port)
        )
        self._is_made = False

    def start_container(self) -> None:
        if self._is_made:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._is_made = True

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()

    def stop(self) -> None:
        """Remove the container with its data."""
        if self._is_made:
            self._container.stop()
            self._is_made = False

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError(self._container.get_wrapped_container().logs().decode()[-2000:])
            time.sleep(0.1)

    def freeze(self) -> None:
        """Let the program stand still."""
        self._container.get_wrapped_container().pause()

    def thaw(self) -> None:
        """Let it go on."""
        self._container.get_wrapped_container().unpause()

    def halt(self) -> None:
        """Stop the program and keep the container's data."""
        self._container.get_wrapped_container().stop()


class MongoContainer(_Container):
    """A MongoDB replica set of one node, with authentication and one user per service."""

    def __init__(self) -> None:
        self._passwords = {ADMIN: secrets.token_urlsafe(24)}
        port = choose_port()
        environment = {
            "MONGO_INITDB_ROOT_USERNAME": ADMIN,
            "MONGO_INITDB_ROOT_PASSWORD": self._passwords[ADMIN],
            "MONGO_KEY": base64.b64encode(secrets.token_bytes(256)).decode(),
            "PORT": str(port),
        }
        super().__init__("mongo:8.0", MONGO_SCRIPT, environment, port)

    def start(self) -> None:
        self.start_container()
        self.wait_until(self._is_primary)

    def restart(self) -> None:
        self.halt()
        self.start()

    def _is_primary(self) -> bool:
        url = self._url(ADMIN, "admin", "directConnection=true")
        try:
            with Client(url, serverSelectionTimeoutMS=500) as client:
                ensure_replica_set(client, f"{LOOPBACK}:{self.port}")
                return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False

    @property
    def admin_url(self) -> str:
        return self._url(ADMIN, "admin", f"replicaSet={REPLICA_SET}")

    def url_for(self, service: str) -> str:
        if service not in self._passwords:
            password = secrets.token_urlsafe(24)
            with Client(self.admin_url) as client:
                ensure_user(client, service, password)
            self._passwords[service] = password
        return self._url(service, service, f"replicaSet={REPLICA_SET}")

    def _url(self, user: str, database: str, options: str) -> str:
        login = f"{quote(user)}:{quote(self._passwords[user])}"
        return f"mongodb://{login}@{LOOPBACK}:{self.port}/{database}?{options}&authSource={database}"


class KafkaContainer(_Container):
    """One Kafka node in KRaft mode, with SCRAM users and ACLs."""

    def __init__(self) -> None:
        self._passwords = {ADMIN: secrets.token_urlsafe(24)}
        port = choose_port()
        listeners = Listeners("0.0.0.0", LOOPBACK, port, 9093)  # noqa: S104  # inside the container
        settings = server_settings(listeners, self._passwords[ADMIN], "/var/lib/kafka/data")
        environment = {
            "CLUSTER_ID": new_cluster_id(),
            "ADD_SCRAM": scram_option(self._passwords[ADMIN]),
            "SETTINGS_BASE64": base64.b64encode(settings.encode()).decode(),
        }
        super().__init__("apache/kafka:4.4.0", KAFKA_SCRIPT, environment, port)

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def start(self) -> None:
        self.start_container()
        self.wait_until(self._admin().is_answering)

    def restart(self) -> None:
        self.halt()
        self.start()

    def _admin(self) -> KafkaAdmin:
        return KafkaAdmin(self.bootstrap, ADMIN, self._passwords[ADMIN])

    def credentials(self, principal: str) -> tuple[str, str]:
        if principal not in self._passwords:
            password = secrets.token_urlsafe(24)
            self._admin().ensure_user(principal, password)
            self._passwords[principal] = password
        return principal, self._passwords[principal]

    def provision(self, topics: Sequence[Topic], services: Sequence[str]) -> None:
        for service in services:
            self.credentials(service)
        self._admin().ensure_topics(topics)
        self._admin().ensure_access(topics, services)
