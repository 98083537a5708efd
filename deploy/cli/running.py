"""Runs commands of the services' own, each with its service's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.local.environment import read_environment

ENVIRONMENTS: Final = Path(".local/run")

Environment = Annotated[
    Path, typer.Option("--env", help="Folder with the services' settings, as `make up` writes them.")
]


def run_of(service: str, module: str, env: Path, *arguments: str, quiet: bool = False) -> None:
    """Run a command of a service's own, through its handlers.

    Raises:
        BadParameter: Its settings aren't in that folder.
        Exit: It failed and has said why.
    """
    command = [sys.executable, "-m", f"services.{service}.{module}", *arguments]
    environment = {**os.environ, **settings_of(service, env)}
    output = subprocess.DEVNULL if quiet else None
    ended = subprocess.run(command, env=environment, stdout=output, check=False)
    if ended.returncode:
        raise typer.Exit(ended.returncode)


def settings_of(name: str, env: Path) -> Mapping[str, str]:
    """What a file of settings says.

    Raises:
        BadParameter: It isn't there.
    """
    file = env / f"{name}.env"
    if not file.exists():
        raise typer.BadParameter(f"{file} is not there: is the platform up, and is --env right?")
    return read_environment(file.read_text("utf-8"))
