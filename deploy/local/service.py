"""One of the five services as a child process, and its seed."""

import hashlib
import http.client
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.local.children import Child, Program
from deploy.local.errors import PartFailedError
from deploy.local.folders import REPOSITORY
from deploy.local.ports import LOOPBACK

READY_TIMEOUT_S: Final = 120.0
SEED_TIMEOUT_S: Final = 120.0


class ServiceProcess:
    """`python -m services.<name>` with its environment.

    Args:
        name: One of the five.
        port: Loopback port that it serves.
        environment: Its settings.
        log_path: Where its log goes.
    """

    def __init__(self, name: str, port: int, environment: Mapping[str, str], log_path: Path) -> None:
        self.name = name
        self.port = port
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        command = (sys.executable, "-m", f"services.{name}")
        self.child = Child(Program(name, command, REPOSITORY, log_path, self._environment))

    def start(self) -> None:
        """Start the service; it isn't ready yet."""
        self.child.start()

    def wait_ready(self) -> None:
        """Wait until the service says that it's ready.

        Raises:
            PartFailedError: It ended or took too long.
        """
        self.child.wait_until(self.is_ready, READY_TIMEOUT_S)

    def is_ready(self) -> bool:
        """Tell whether `/readyz` answers 200."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def seed(self, stamp: Path) -> None:
        """Run the service's seed, unless the same seed has filled the same database.

        Args:
            stamp: File beside the database that remembers the seed.

        Raises:
            PartFailedError: The seed failed.
        """
        module = f"services.{self.name}.seed"
        if importlib.util.find_spec(f"services.{self.name}") is None:
            return
        seed = importlib.util.find_spec(module)
        if seed is None or seed.origin is None:
            return
        mark = _fingerprint(Path(seed.origin))
        if stamp.exists() and stamp.read_text(encoding="utf-8") == mark:
            return
        seeded = subprocess.run(
            [sys.executable, "-m", module],
            cwd=REPOSITORY,
            env={**os.environ, **self._environment},
            capture_output=True,
            text=True,
            timeout=SEED_TIMEOUT_S,
            check=False,
        )
        if seeded.returncode:
            raise PartFailedError(self.name, "its seed failed", (seeded.stdout + seeded.stderr)[-2000:])
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(mark, encoding="utf-8")


def _fingerprint(seed: Path) -> str:
    """Return a hash of a seed and of the data files of its service."""
    sources = [seed, *sorted(seed.parent.rglob("*.json"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
