"""`python -m deploy.compose`: writes the keys, passwords and settings that docker-compose.yml reads."""

import base64
import sys
from pathlib import Path
from typing import Final
from urllib.parse import quote

from deploy.local.environment import (
    Surroundings,
    environment_file,
    provision_environment,
    service_environment,
)
from deploy.local.folders import REPOSITORY, write_private
from deploy.local.kafka.settings import ADMIN, Listeners, new_cluster_id, scram_option, server_settings
from deploy.local.secret_store import SecretStore
from deploy.mongo_access import REPLICA_SET
from libs.contracts.topics import SERVICES

FOLDER: Final = REPOSITORY / ".local" / "compose"
ORIGIN: Final = "http://localhost:8080"
HTTP_PORT: Final = 8000
MONGO: Final = "mongo:27017"
KAFKA: Final = "kafka:9092"
TIME_STAMPS: Final = "http://authority:1318/"
KAFKA_LISTENERS: Final = Listeners("0.0.0.0", "kafka", 9092, 9093)  # noqa: S104  # inside the container's own network


def write_settings(folder: Path) -> list[str]:
    """Write every file that the Compose file names; keys and passwords of an earlier run are kept.

    Args:
        folder: Where they go, readable by this user only.

    Returns:
        The names of the files.
    """
    store = SecretStore(folder / "secrets.json")
    files = {f"{name}.env": _service_file(name, store) for name in SERVICES}
    files["mongo.env"] = environment_file(_mongo(store))
    files["provision.env"] = environment_file(_provision(store))
    kafka = folder / "kafka.env"
    # A cluster's id is written into its data, so it stays what it was.
    files["kafka.env"] = (
        kafka.read_text(encoding="utf-8") if kafka.exists() else environment_file(_kafka(store))
    )
    for name, text in files.items():
        write_private(folder / name, text)
    return sorted(files)


def _mongo(store: SecretStore) -> dict[str, str]:
    return {
        "MONGO_INITDB_ROOT_USERNAME": ADMIN,
        "MONGO_INITDB_ROOT_PASSWORD": store.get_key("mongo.admin"),
        "MONGO_KEY": store.get_key("mongo.keyfile"),
    }


def _kafka(store: SecretStore) -> dict[str, str]:
    password = store.get_key("kafka.admin")
    settings = server_settings(KAFKA_LISTENERS, password, "/var/lib/kafka/data")
    return {
        "CLUSTER_ID": new_cluster_id(),
        "ADD_SCRAM": scram_option(password),
        "SETTINGS_BASE64": base64.b64encode(settings.encode()).decode(),
    }


def _provision(store: SecretStore) -> dict[str, str]:
    login = f"{ADMIN}:{quote(store.get_key('mongo.admin'), safe='')}"
    return {
        "PROVISION_MONGO_URL": f"mongodb://{login}@{MONGO}/?directConnection=true",
        "PROVISION_MONGO_MEMBER": MONGO,
        **provision_environment(KAFKA, ADMIN, store.get_key("kafka.admin")),
        "MONITOR_KAFKA_PASSWORD": store.get_key("monitor.kafka"),
    }


def _service_file(service: str, store: SecretStore) -> str:
    login = f"{service}:{quote(store.get_key(f'{service}.mongo'), safe='')}"
    around = Surroundings(
        public_origin=ORIGIN,
        http_host="0.0.0.0",  # noqa: S104  # inside the container's own network
        http_port=HTTP_PORT,
        mongo_url=f"mongodb://{login}@{MONGO}/{service}?replicaSet={REPLICA_SET}&authSource={service}",
        kafka_bootstrap=KAFKA,
        kafka_password=store.get_key(f"{service}.kafka"),
        smtp_host="mail",
        smtp_port=1025,
        data_folder="/var/lib/khadamaty",
        key_folder="/var/lib/khadamaty",
        time_stamp_url=TIME_STAMPS,
    )
    return environment_file(service_environment(service, around, store))


def main() -> int:
    """Write the files below `.local/compose`; return the exit code."""
    written = write_settings(FOLDER)
    sys.stdout.write(f"Wrote {len(written)} files; next: docker compose --profile core up --build\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
