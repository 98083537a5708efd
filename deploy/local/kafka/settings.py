"""The settings of a one-node Kafka, the same on loopback and in a container."""

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

ADMIN: Final = "admin"
TEMPLATE: Final = Path(__file__).with_name("server.properties.template")


@dataclass(frozen=True)
class Listeners:
    """Where the node listens, and what it tells its clients to call.

    Args:
        bind_host: Address that it listens on.
        advertised_host: Name under which clients reach it.
        port: Port of the clients' listener.
        controller_port: Port of the controller's listener.
    """

    bind_host: str
    advertised_host: str
    port: int
    controller_port: int


def server_settings(listeners: Listeners, admin_password: str, data_folder: str) -> str:
    """Return the text of `server.properties`; it holds the administrator's password."""
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(
        bind_host=listeners.bind_host,
        advertised_host=listeners.advertised_host,
        port=listeners.port,
        controller_port=listeners.controller_port,
        password=admin_password,
        data=data_folder,
    )


def scram_option(admin_password: str) -> str:
    """Return the value of `--add-scram` that makes the administrator when storage is formatted."""
    return f"SCRAM-SHA-256=[name={ADMIN},password={admin_password}]"


def new_cluster_id() -> str:
    """Return a random cluster id; Kafka refuses one that starts like an option."""
    return "k" + base64.urlsafe_b64encode(secrets.token_bytes(16)).decode()[:21]
