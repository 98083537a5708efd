"""Starts one program as a child of this process, watches it and ends it by its pid."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from deploy.local.errors import PartFailedError

POLL_INTERVAL_S: Final = 0.02
TAIL_BYTES: Final = 4000
# Linux counts the thread that started a child as its parent, so one that lives to the end starts them all.
SPAWNER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


@dataclass(frozen=True)
class Program:
    """What to run, and where its output goes.

    Args:
        name: Short name, printed to people.
        command: Program and arguments.
        folder: Working directory.
        log_path: File that receives both output streams, appended.
        environment: Variables on top of this process's own.
        stop_signal: What asks it to end.
        stop_timeout_s: How long it may take before it's killed.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    log_path: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10.0


class Child:
    """A running program in a session of its own, so that Ctrl-C reaches only its parent."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id, or None before the first start."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """Exit code of an ended program (negative: the signal), or None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def is_running(self) -> bool:
        """Whether the program was started and hasn't ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the program; a running one is left alone."""
        if self.is_running:
            return
        self.program.log_path.parent.mkdir(parents=True, exist_ok=True)
        self.program.folder.mkdir(parents=True, exist_ok=True)
        with self.program.log_path.open("ab") as log:
            self._process = SPAWNER.submit(self._spawn, log).result()

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            (*_dies_with_parent(), *self.program.command),
            cwd=self.program.folder,
            env={**os.environ, **self.program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill(self) -> None:
        """End the program and its own children at once with SIGKILL, as a crash of the machine would."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
            self.sweep()

    def stop(self) -> None:
        """Ask the program to end, and kill it when it takes too long; its own children end with it."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(self.program.stop_signal)
        try:
            self._process.wait(self.program.stop_timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
        self.sweep()

    def sweep(self) -> None:
        """Kill what an ended program left behind in its session; call it soon after the end."""
        if self._process and self._process.poll() is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def wait_until(self, is_ready: Callable[[], bool], timeout_s: float) -> None:
        """Wait for a condition, failing early when the program ends.

        Raises:
            PartFailedError: The program ended, or the time ran out.
        """
        deadline = time.monotonic() + timeout_s
        while not is_ready():
            if not self.is_running:
                raise PartFailedError(self.program.name, f"ended with code {self.exit_code}", self.log_tail())
            if time.monotonic() > deadline:
                raise PartFailedError(self.program.name, f"not ready after {timeout_s:g} s", self.log_tail())
            time.sleep(POLL_INTERVAL_S)

    def log_tail(self, lines: int = 12) -> str:
        """Return the last lines of the program's log, or an empty string."""
        return log_tail(self.program.log_path, lines)


def _dies_with_parent() -> tuple[str, ...]:
    """Return the prefix that ends a child when this process is killed, where util-linux has it."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "TERM", "--") if setpriv else ()


def log_tail(path: Path, lines: int = 12) -> str:
    """Return the last lines of a log file, or an empty string when there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - TAIL_BYTES))
        text = log.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:])
