"""Fills the folder in which certificates finds the certificates of its seal and a clock, and the lists."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from deploy.local.authority.ca import Authority, as_pem
from deploy.local.errors import PartFailedError
from deploy.local.folders import REPOSITORY, write_private

SEAL_CHAIN: Final = "seal.pem"
CLOCK_CHAIN: Final = "timestamp.pem"
LISTS: Final = "lists.pem"
_REQUEST_WITHIN_S: Final = 60.0


def request_certificate(environment: Mapping[str, str]) -> bytes:
    """The seal's request for a certificate, from certificates itself: its key stays where it is held.

    Args:
        environment: The service's settings.

    Raises:
        PartFailedError: The key can't be reached.
    """
    command = [sys.executable, "-m", "services.certificates", "certificate-request"]
    asked = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=dict(environment),
        capture_output=True,
        timeout=_REQUEST_WITHIN_S,
        check=False,
    )
    if asked.returncode:
        raise PartFailedError("seal", "made no request for its certificate", asked.stderr.decode()[-2000:])
    return asked.stdout


def certify(authority: Authority, request_pem: bytes, folder: Path, now: datetime) -> None:
    """Certify the seal's key and fill the folder.

    Args:
        authority: Certifies it.
        request_pem: The seal's request.
        folder: Where the service reads.
        now: From when on the certificate counts.
    """
    renew_lists(authority, folder, now)
    write_private(folder / CLOCK_CHAIN, as_pem(authority.clock_chain()))
    write_private(folder / SEAL_CHAIN, as_pem(authority.certify_seal(request_pem, now)))


def renew_lists(authority: Authority, folder: Path, now: datetime) -> None:
    """Write today's revocation lists; the service reads them anew by itself."""
    write_private(folder / LISTS, as_pem(authority.lists(now)))
