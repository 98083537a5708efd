"""What an operator has before the terminal: the settings of a service, in a folder, and the commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.environment import Surroundings, environment_file, service_environment
from deploy.local.folders import REPOSITORY, write_private
from deploy.local.secret_store import SecretStore
from tests.support.parts import KafkaPart, MongoPart


def leave_settings(
    service: str, folder: Path, mongo: MongoPart, kafka: KafkaPart, port: int = 0
) -> Mapping[str, str]:
    """Write a service's settings where the operators' commands look for them; what they say."""
    around = Surroundings(
        public_origin="http://localhost:8080",
        http_host="127.0.0.1",
        http_port=port,
        mongo_url=mongo.url_for(service),
        kafka_bootstrap=kafka.bootstrap,
        kafka_password=kafka.credentials(service)[1],
        smtp_host="127.0.0.1",
        smtp_port=0,
        data_folder=str(folder),
        key_folder=str(folder),
    )
    environment = service_environment(service, around, SecretStore(folder / "secrets.json"))
    write_private(folder / f"{service}.env", environment_file(environment))
    return environment


def operate(folder: Path, group: str, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Give one command of a group, with the settings in that folder."""
    command = [sys.executable, "-m", "deploy.cli", group, name, "--env", str(folder), *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
