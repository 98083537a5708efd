"""What each service finds in its environment when it runs on this machine."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.folders import Folders
from deploy.local.parts import Kafka, MailCatcher, Mongod
from deploy.local.ports import LOOPBACK
from deploy.local.secret_store import SecretStore
from libs.contracts.topics import SERVICES

SENDER: Final = "khadamaty@example.ma"
# Identity wraps each person's key once for every service that may read it.
KEY_READERS: Final = tuple(name for name in SERVICES if name != "identity")


@dataclass(frozen=True)
class Endpoints:
    """Where the running parts answer.

    Args:
        mongod: The database server.
        kafka: The broker.
        mail: The mail catcher.
        public_origin: What a browser calls the platform, such as `http://localhost:8080`.
        service_ports: Loopback port of each service, by name.
    """

    mongod: Mongod
    kafka: Kafka
    mail: MailCatcher
    public_origin: str
    service_ports: Mapping[str, int]


def service_environment(
    service: str, endpoints: Endpoints, folders: Folders, secret_store: SecretStore
) -> dict[str, str]:
    """Return the settings of one service, prefixed with its name.

    Args:
        service: One of the five.
        endpoints: Where the parts that it needs answer.
        folders: Where its data folder and key files lie.
        secret_store: Its keys; made at the first call.
    """
    user, password = endpoints.kafka.credentials(service)
    data = seed_folder(service, folders)
    settings = {
        "ENVIRONMENT": "development",
        "HTTP_HOST": LOOPBACK,
        "HTTP_PORT": str(endpoints.service_ports[service]),
        "PUBLIC_ORIGIN": endpoints.public_origin,
        "MONGO_URL": endpoints.mongod.url_for(service),
        "MONGO_DATABASE": service,
        "KAFKA_BOOTSTRAP": endpoints.kafka.bootstrap,
        "KAFKA_USER": user,
        "KAFKA_PASSWORD": password,
        "KAFKA_SECURITY": "SASL_PLAINTEXT",
        "KEK": secret_store.get_key(f"{service}.kek"),
        "LOOKUP_KEY": secret_store.get_key(f"{service}.lookup"),
        "DATA_FOLDER": str(data),
        **_own_settings(service, endpoints, folders, secret_store),
    }
    environment = {f"{service.upper()}_{name}": value for name, value in settings.items()}
    if "MONGO_DRIVER" in os.environ:
        environment["MONGO_DRIVER"] = os.environ["MONGO_DRIVER"]
    return environment


def _own_settings(
    service: str, endpoints: Endpoints, folders: Folders, secret_store: SecretStore
) -> dict[str, str]:
    """Return the settings that only this service has."""
    if service == "identity":
        keys = {reader: secret_store.get_key(f"{reader}.kek") for reader in KEY_READERS}
        return {
            "READER_KEKS": json.dumps(keys),
            "PEPPER": secret_store.get_key("identity.pepper"),
            "SIGNING_KEY_FILE": str(folders.data / "keys" / "identity-signing.pem"),
        }
    if service == "certificates":
        return {"SEAL_KEY_FILE": str(folders.data / "keys" / "certificates-seal.pem")}
    if service == "notifications":
        return {
            "SMTP_HOST": endpoints.mail.host,
            "SMTP_PORT": str(endpoints.mail.smtp_port),
            "SENDER": SENDER,
        }
    return {}


def seed_folder(service: str, folders: Folders) -> Path:
    """Return the folder where a service's seed leaves what a person must learn, such as staff passwords."""
    return folders.data / "seed" / service


def environment_file(environment: Mapping[str, str]) -> str:
    """Return an environment as text that a shell can read: one quoted assignment a line."""
    lines = []
    for name, value in environment.items():
        quoted = value.replace("'", "'\\''")
        lines.append(f"{name}='{quoted}'")
    return "\n".join(lines) + "\n"
