"""The local test authority as a part of the platform: a child process with a port."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from deploy.local.authority.ca import Authority
from deploy.local.authority.credentials import SEAL_CHAIN, certify, request_certificate
from deploy.local.children import Child, Program
from deploy.local.folders import REPOSITORY
from deploy.local.ports import LOOPBACK

READY_TIMEOUT_S: Final = 30.0


class LocalAuthority:
    """Certifies the seal, tells the time and renews revocation lists.

    Args:
        folder: Its own, with its keys.
        credentials: Where certificates reads.
        port: Loopback port of the time-stamps.
        log_path: Where its output goes.
    """

    def __init__(self, folder: Path, credentials: Path, port: int, log_path: Path) -> None:
        self._folder = folder
        self._port = port
        options = ("--folder", str(folder), "--credentials", str(credentials), "--port", str(port))
        command = (sys.executable, "-m", "deploy.local.authority", *options)
        self.child = Child(Program("authority", command, REPOSITORY, log_path))

    @property
    def url(self) -> str:
        """Where it gives time-stamps."""
        return f"http://{LOOPBACK}:{self._port}/"

    def certify(self, environment: Mapping[str, str]) -> None:
        """Certify the seal's key, unless that was done.

        Args:
            environment: The settings of certificates.

        Raises:
            PartFailedError: The key can't be reached.
        """
        certify_locally(environment, self._folder)

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            PartFailedError: It ended or took too long.
        """
        self.child.start()
        self.child.wait_until(self._answers, READY_TIMEOUT_S)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=2)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def certify_locally(environment: Mapping[str, str], folder: Path) -> None:
    """Certify the seal's key for a service that keeps it in a file, unless that was done.

    Args:
        environment: The settings of certificates; its credentials stand beside its key.
        folder: The authority's.

    Raises:
        PartFailedError: The key can't be reached.
    """
    key = Path(environment["CERTIFICATES_SEAL_KEY_FILE"])
    credentials = key.parent / "credentials"
    chain = credentials / SEAL_CHAIN
    if key.exists() and chain.exists() and key.stat().st_mtime <= chain.stat().st_mtime:
        return
    now = datetime.now(UTC).replace(microsecond=0)
    certify(Authority(folder, now), request_certificate({**os.environ, **environment}), credentials, now)
