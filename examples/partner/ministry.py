"""The other side on one machine: its platform, its operators' commands, somebody who gets a certificate."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import KitError

CLONE: Final = Path(__file__).resolve().parents[2]
USUAL_PLATFORM: Final = CLONE / ".local"
STOP_S: Final = 60.0

_ORIGIN: Final = re.compile(r"^Khadamaty runs: (\S+)", re.MULTILINE)
_KAFKA: Final = re.compile(r"^ +kafka +(\S+)$", re.MULTILINE)


class StepFailed(KitError):
    """A command of the platform failed."""


@dataclass(frozen=True)
class Ministry:
    """A platform that runs, and those who run it.

    Attributes:
        folder: Where it keeps its data.
        kafka_bootstrap: Address of its broker.
    """

    folder: Path
    origin: str
    kafka_bootstrap: str

    def register(self, client_id: str, jwks: Path, purpose: str) -> None:
        """Register a partner: both scopes, one purpose, webhooks to this machine."""
        terms = ["--scope", "certificates.status", "--scope", "certificates.events"]
        terms += ["--purpose", f"{purpose}=invented for the quickstart", "--quota", "10000"]
        terms += ["--webhook-host", "127.0.0.1", "--jwks", str(jwks.resolve()), "--name", "Quickstart"]
        self._operate("register", client_id, *terms)

    def admit_to_kafka(self, client_id: str, password_file: Path) -> None:
        """Give a partner its user on the broker."""
        self._operate("admit-kafka", client_id, "--password-file", str(password_file.resolve()))

    def issue_a_certificate(self, out: Path) -> None:
        """Walk the demonstration's journey: somebody asks, the staff decides, a certificate is signed."""
        _run("-m", "deploy.local.demo", "--exit", *_at(self.folder), "--out", str(out.resolve()))

    def _operate(self, command: str, *words: str) -> None:
        _run("-m", "deploy.cli", "partners", command, *words, "--env", str(self.folder / "run"))


def find_ministry(folder: Path | None) -> Ministry | None:
    """The platform that runs in a folder, or None."""
    place = (folder or USUAL_PLATFORM).resolve()
    asked = [sys.executable, "-m", "deploy.local", *_at(place), "status"]
    told = subprocess.run(asked, cwd=CLONE, capture_output=True, text=True, check=False).stdout
    origin, kafka = _ORIGIN.search(told), _KAFKA.search(told)
    return Ministry(place, origin[1], kafka[1]) if origin and kafka else None


@contextmanager
def started_ministry(folder: Path | None, tell: Callable[[str], None]) -> Iterator[Ministry]:
    """Start a platform that ends with the block.

    Raises:
        StepFailed: It didn't start; it has told why.
    """
    place = (folder or USUAL_PLATFORM).resolve()
    ports = ["--any-ports"] if place != USUAL_PLATFORM else []
    child = subprocess.Popen(
        [sys.executable, "-m", "deploy.local", *_at(place), *ports, "up"],
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in child.stdout or ():
            tell(f"    {line.rstrip()}")
            if line.startswith("Ready in"):
                break
        ministry = find_ministry(place)
        if ministry is None:
            raise StepFailed("the platform did not start")
        yield ministry
    finally:
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=STOP_S)


def _at(place: Path) -> Sequence[str]:
    return [] if place == USUAL_PLATFORM else ["--folder", str(place)]


def _run(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepFailed(f"{' '.join(words[:4])}: {(done.stdout + done.stderr).strip()[-2000:]}")
