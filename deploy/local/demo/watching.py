"""Shows the events as they pass, read beside the walk by the operators' own command."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from deploy.local.folders import REPOSITORY

START_S: Final = 20.0
END_S: Final = 5.0


@dataclass(frozen=True)
class Passing:
    """One event that passed: where, what, and its place in the order of its aggregate."""

    topic: str
    type: str
    subject: str
    sequence: str


class EventWatch:
    """Follows every topic until the block ends.

    Args:
        environment: Folder with the services' environment files.
        show: Receives each event, from a thread of its own.
    """

    def __init__(self, environment: Path, show: Callable[[Passing], None]) -> None:
        self._command = (sys.executable, "-m", "deploy.cli", "tail", "--env", str(environment))
        self._show = show
        self._listening = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._read, name="events", daemon=True)

    def __enter__(self) -> Self:
        """Start following, and wait until the topics are listened to."""
        self._process = subprocess.Popen(
            self._command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._thread.start()
        self._listening.wait(START_S)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop following."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._thread.join(END_S)

    def _read(self) -> None:
        if self._process is None or self._process.stdout is None:
            return
        for line in self._process.stdout:
            with suppress(ValueError, TypeError):
                told = json.loads(line)
                if "following" in told:
                    self._listening.set()
                else:
                    self._show(Passing(**told))
        # A follower that ended keeps nobody waiting: the walk goes on without the view.
        self._listening.set()
