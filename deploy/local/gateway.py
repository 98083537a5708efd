"""Runs nginx as the one origin in front of the services, from the same configuration that production uses."""

import getpass
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.local.children import Child, Program
from deploy.local.errors import FetchFailedError, PartFailedError
from deploy.local.folders import REPOSITORY
from deploy.local.ports import LOOPBACK, choose_port, is_listening

TEMPLATE: Final = REPOSITORY / "deploy" / "gateway" / "nginx.conf.template"
PLACE: Final = re.compile(r"\$\{([A-Z_]+)\}")
START_TIMEOUT_S: Final = 30.0
# A demo and the tests log many people in from one address, one after the other.
GUESSES_PER_SECOND: Final = 20
GUESSES_AT_ONCE: Final = 100


def render(values: Mapping[str, str]) -> str:
    """Return the configuration with its places filled in.

    Args:
        values: A text for each `${PLACE}` of the template.

    Raises:
        KeyError: A place has no value.
    """
    return PLACE.sub(lambda place: values[place[1]], TEMPLATE.read_text(encoding="utf-8"))


class Gateway:
    """One nginx with a prefix folder of its own; works as root and as any user.

    Args:
        folder: Where its configuration, temporary files and log live.
        service_ports: Loopback port of each service, by name.
        static_folder: Built styles, fonts and error pages.
        port: Loopback port of the origin; None for any free one.
        log_path: Where its output goes; None for a file in the folder.
        guesses_per_second: Logins and codes that one address may try in a second.
        guesses_at_once: How many of them it may try at once before that counts.
    """

    def __init__(
        self,
        folder: Path,
        service_ports: Mapping[str, int],
        static_folder: Path,
        port: int | None = None,
        log_path: Path | None = None,
        guesses_per_second: int = GUESSES_PER_SECOND,
        guesses_at_once: int = GUESSES_AT_ONCE,
    ) -> None:
        self.folder = folder.resolve()
        self.port = port or choose_port()
        self._service_ports = service_ports
        self._static_folder = static_folder.resolve()
        self._log_path = log_path or self.folder / "gateway.log"
        self._guesses = {
            "GUESSES_PER_SECOND": str(guesses_per_second),
            "GUESSES_AT_ONCE": str(guesses_at_once),
        }
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The server's process."""
        if self._child is None:
            # Workers would outlive a killed master and hold its port, so there are none.
            command = (*self._command(), "-g", "daemon off; master_process off;")
            self._child = Child(Program("gateway", command, self.folder, self._log_path))
        return self._child

    def _command(self) -> tuple[str, ...]:
        # Debian keeps nginx where only root looks for programs.
        nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if nginx is None:
            raise FetchFailedError("nginx is missing: run deploy/local/bootstrap.py")
        return (nginx, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr")

    def write_configuration(self) -> None:
        """Write the configuration and make the folders that it names."""
        self.folder.mkdir(parents=True, exist_ok=True)
        addresses = {
            f"{name.upper()}_ADDRESS": f"{LOOPBACK}:{port}" for name, port in self._service_ports.items()
        }
        values = {
            "GATEWAY_USER": getpass.getuser(),
            "RUN_FOLDER": str(self.folder),
            "ACCESS_LOG": str(self._log_path),
            "STATIC_FOLDER": str(self._static_folder),
            "LISTEN": f"{LOOPBACK}:{self.port}",
            **self._guesses,
            **addresses,
        }
        (self.folder / "nginx.conf").write_text(render(values), encoding="utf-8")

    def check_configuration(self) -> None:
        """Let nginx check the configuration.

        Raises:
            PartFailedError: It found a fault.
        """
        self.write_configuration()
        checked = subprocess.run([*self._command(), "-t"], capture_output=True, text=True, check=False)
        if checked.returncode:
            raise PartFailedError("gateway", "nginx refuses its configuration", checked.stderr)

    def start(self) -> None:
        """Start nginx and wait until it listens.

        Raises:
            PartFailedError: It ended or took too long.
        """
        self.write_configuration()
        self.child.start()
        self.child.wait_until(lambda: is_listening(self.port), START_TIMEOUT_S)

    def kill(self) -> None:
        """End nginx with SIGKILL."""
        self.child.kill()

    def restart(self) -> None:
        """Stop nginx where it runs, and start it again on the same port."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop nginx; harmless when it doesn't run."""
        self.child.stop()
