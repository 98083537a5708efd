"""The settings that each service finds in its environment, on this machine or in a container."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deploy.local.secret_store import SecretStore
from libs.contracts.topics import MONITOR, SERVICES

SENDER: Final = "khadamaty@example.ma"
# Identity wraps each person's key once for every service that may read it.
KEY_READERS: Final = tuple(name for name in SERVICES if name != "identity")


@dataclass(frozen=True)
class Surroundings:
    """What one service needs to know of the others' addresses.

    Args:
        public_origin: What a browser calls the platform, such as `http://localhost:8080`.
        http_host: Address that the service listens on.
        http_port: Port that the service listens on.
        mongo_url: Address of its database, with its login.
        kafka_bootstrap: Address of the broker.
        kafka_password: Password of its SCRAM user.
        smtp_host: Host that takes mail.
        smtp_port: Port that takes mail.
        data_folder: Where its seed leaves what a person must learn.
        key_folder: Where it keeps a signing key that it makes itself.
        time_stamp_url: Where certificates gets time-stamps for its seals; empty for nowhere.
    """

    public_origin: str
    http_host: str
    http_port: int
    mongo_url: str
    kafka_bootstrap: str
    kafka_password: str
    smtp_host: str
    smtp_port: int
    data_folder: str
    key_folder: str
    time_stamp_url: str = ""


def service_environment(service: str, around: Surroundings, secret_store: SecretStore) -> dict[str, str]:
    """Return the settings of one service, prefixed with its name.

    Args:
        service: One of the five.
        around: Where everything else is.
        secret_store: Its keys; made at the first call.
    """
    settings = {
        "ENVIRONMENT": "development",
        "HTTP_HOST": around.http_host,
        "HTTP_PORT": str(around.http_port),
        "PUBLIC_ORIGIN": around.public_origin,
        "MONGO_URL": around.mongo_url,
        "MONGO_DATABASE": service,
        "KAFKA_BOOTSTRAP": around.kafka_bootstrap,
        "KAFKA_USER": service,
        "KAFKA_PASSWORD": around.kafka_password,
        "KAFKA_SECURITY": "SASL_PLAINTEXT",
        "KEK": secret_store.get_key(f"{service}.kek"),
        "LOOKUP_KEY": secret_store.get_key(f"{service}.lookup"),
        "DATA_FOLDER": around.data_folder,
        **_own_settings(service, around, secret_store),
    }
    return {f"{service.upper()}_{name}": value for name, value in settings.items()}


def _own_settings(service: str, around: Surroundings, secret_store: SecretStore) -> dict[str, str]:
    """Return the settings that only this service has."""
    if service == "identity":
        keys = {reader: secret_store.get_key(f"{reader}.kek") for reader in KEY_READERS}
        return {
            "READER_KEKS": json.dumps(keys),
            "PEPPER": secret_store.get_key("identity.pepper"),
            "SIGNING_KEY_FILE": f"{around.key_folder}/identity-signing.pem",
        }
    if service == "certificates":
        return {
            "SEAL_KEY_FILE": f"{around.key_folder}/certificates-seal.pem",
            "LOG_KEY_FILE": f"{around.key_folder}/certificates-log.pem",
            "TIME_STAMP_URL": around.time_stamp_url,
        }
    if service == "verification":
        return {"STATUS_KEY_FILE": f"{around.key_folder}/verification-status.pem"}
    if service == "notifications":
        return {"SMTP_HOST": around.smtp_host, "SMTP_PORT": str(around.smtp_port), "SENDER": SENDER}
    return {}


def monitor_environment(origin: str, kafka_bootstrap: str, kafka_password: str) -> dict[str, str]:
    """Return the settings of the issuance log's monitor, a principal that may read the public facts only.

    Args:
        origin: Where the log is read.
        kafka_bootstrap: Address of the broker.
        kafka_password: Password of its SCRAM user.
    """
    return {
        "MONITOR_PUBLIC_ORIGIN": origin,
        "MONITOR_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "MONITOR_KAFKA_USER": MONITOR,
        "MONITOR_KAFKA_PASSWORD": kafka_password,
        "MONITOR_KAFKA_SECURITY": "SASL_PLAINTEXT",
    }


def provision_environment(kafka_bootstrap: str, user: str, password: str) -> dict[str, str]:
    """Return what an administrator's command needs of the broker.

    Args:
        kafka_bootstrap: Address of the broker.
        user: The administrator's SCRAM user.
        password: Its password.
    """
    return {
        "PROVISION_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "PROVISION_KAFKA_USER": user,
        "PROVISION_KAFKA_PASSWORD": password,
        "PROVISION_KAFKA_SECURITY": "SASL_PLAINTEXT",
        "PROVISION_KAFKA_REPLICATION": "1",
    }


def environment_file(environment: Mapping[str, str]) -> str:
    """Return an environment as text that a shell can read: one quoted assignment a line."""
    lines = []
    for name, value in environment.items():
        quoted = value.replace("'", "'\\''")
        lines.append(f"{name}='{quoted}'")
    return "\n".join(lines) + "\n"


def read_environment(text: str) -> dict[str, str]:
    """Return what `environment_file` wrote."""
    return dict(assignment.split("=", 1) for assignment in shlex.split(text))
