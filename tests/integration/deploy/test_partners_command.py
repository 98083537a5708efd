"""The operators' commands for partners, on a real MongoDB and a real Kafka."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.environment import environment_file, provision_environment, read_environment
from deploy.local.folders import write_private
from tests.support.operators import leave_settings, operate
from tests.support.partners import ClientKeys
from tests.support.parts import KafkaPart, MongoPart

CLIENT = "transport-office"


@dataclass
class Desk:
    """An operator before the terminal.

    Attributes:
        folder: Where the platform's settings lie.
        bootstrap: Address of the broker.
    """

    folder: Path
    bootstrap: str

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Give one command."""
        return operate(self.folder, "partners", command, *arguments)

    def told(self, *arguments: str) -> dict[str, Any]:
        """Give one command that must work, and read what it prints."""
        ended = self.run(*arguments)
        assert ended.returncode == 0, ended.stderr
        told: dict[str, Any] = json.loads(ended.stdout.splitlines()[0])
        return told

    def keys(self, keys: ClientKeys) -> str:
        """A file with a partner's public keys."""
        file = self.folder / f"{keys.key_id}.json"
        file.write_text(json.dumps(keys.jwks), "utf-8")
        return str(file)

    def topics(self, password: str) -> set[str]:
        """What the partner sees of the broker."""
        client = AdminClient(
            {
                "bootstrap.servers": self.bootstrap,
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "SCRAM-SHA-256",
                "sasl.username": f"partner-{CLIENT}",
                "sasl.password": password,
                "log_level": "0",
            }
        )
        return set(client.list_topics(timeout=5).topics)


@pytest.fixture(scope="module")
def desk(mongo: MongoPart, kafka: KafkaPart, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    leave_settings("identity", folder, mongo, kafka)
    admin = provision_environment(kafka.bootstrap, *kafka.credentials("admin"))
    write_private(folder / "provision.env", environment_file(admin))
    return Desk(folder, kafka.bootstrap)


def register(desk: Desk, *more: str, client_id: str = CLIENT) -> tuple[str, ...]:
    return (
        *("register", client_id, "--name", "Office of transport", "--jwks", desk.keys(ClientKeys())),
        *("--scope", "certificates.status", "--purpose", "fare-reduction=D-2026-0142", "--quota", "500"),
        *more,
    )


def test_a_partner_is_registered_admitted_suspended_and_resumed(desk: Desk) -> None:
    told = desk.told(*register(desk, "--webhook-host", "hooks.example"))
    assert told["purposes"] == {"fare-reduction": "D-2026-0142"}
    assert (told["daily_quota"], told["webhook_hosts"]) == (500, ["hooks.example"])
    assert desk.told("list")["client_id"] == CLIENT

    file = desk.folder / "password"
    assert (
        desk.told("admit-kafka", CLIENT, "--password-file", str(file))["kafka_principal"]
        == f"partner-{CLIENT}"
    )
    assert file.stat().st_mode & 0o777 == 0o600
    password = file.read_text("utf-8").strip()
    assert desk.topics(password) == {"certificates.public"}

    told = desk.told("suspend", CLIENT)
    assert told["suspended_at"]
    assert told["kafka_principal"] is None
    with pytest.raises(KafkaException):
        desk.topics(password)
    refused = desk.run("admit-kafka", CLIENT)
    assert refused.returncode != 0
    assert "partner-suspended" in refused.stderr

    assert desk.told("resume", CLIENT)["suspended_at"] is None
    shown = desk.run("admit-kafka", CLIENT).stdout.splitlines()[-1]
    assert desk.topics(shown.split("password ")[1].split(",")[0]) == {"certificates.public"}
    desk.told("suspend", CLIENT)

    new = ClientKeys("EdDSA", "own-2")
    assert desk.told("rotate-keys", CLIENT, "--jwks", desk.keys(new))["keys"] == ["own-2 (EdDSA)"]


FAULTS: dict[str, Callable[[Desk], tuple[str, ...]]] = {
    "duplicate": lambda desk: register(desk, client_id="office-twice"),
    "partner-terms-unusable": lambda desk: register(desk, "--quota", "-1", client_id="office-b"),
    "not-found": lambda _desk: ("resume", "nobody-here"),
    "no id": lambda _desk: ("suspend", "No.Id"),
    "JSON": lambda desk: ("rotate-keys", CLIENT, "--jwks", str(desk.folder / "identity.env")),
    "code=reference": lambda desk: register(desk, "--purpose", "without", client_id="office-b"),
    "Missing option": lambda _desk: ("register", "office-b"),
}


@pytest.mark.parametrize(("word", "arguments"), FAULTS.items(), ids=FAULTS.keys())
def test_a_fault_is_named_and_ends_the_command(
    desk: Desk, word: str, arguments: Callable[[Desk], tuple[str, ...]]
) -> None:
    if word == "duplicate":
        desk.run(*register(desk, client_id="office-twice"))
    ended = desk.run(*arguments(desk))
    assert ended.returncode != 0
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_options_of_a_registration_are_told(desk: Desk) -> None:
    assert "--webhook-host" in desk.run("register", "--help").stdout


@pytest.mark.parametrize("value", ["plain", "it's", 'a "quoted" one', "a b=c", '{"a": "b"}', ""])
def test_settings_are_read_as_they_were_written(value: str) -> None:
    assert read_environment(environment_file({"NAME": value, "OTHER": "1"})) == {"NAME": value, "OTHER": "1"}


def test_nothing_private_is_printed_of_the_settings(desk: Desk) -> None:
    secret = read_environment((desk.folder / "identity.env").read_text("utf-8"))["IDENTITY_KEK"]
    told = desk.run("list")
    assert secret not in told.stdout + told.stderr
