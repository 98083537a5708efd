"""What says that a platform runs in a folder, where it answers and which processes are its own."""

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final

from deploy.local.folders import write_private

LEFTOVER_TIMEOUT_S: Final = 20.0
POLL_INTERVAL_S: Final = 0.05


@dataclass(frozen=True)
class Running:
    """A platform that runs.

    Args:
        pid: The process that watches the others.
        origin: Address for a browser.
        mail_url: Address of the page that shows the mails.
        ports: Port of every part by its name.
        births: When each child process was born, by process id: an id alone may be given out again.
    """

    pid: int
    origin: str
    mail_url: str
    ports: Mapping[str, int]
    births: Mapping[str, int] = field(default_factory=dict)


class RunningFile:
    """The lock and the note of one platform folder; the lock ends with the process that holds it.

    Args:
        folder: The platform's `run` folder.
    """

    def __init__(self, folder: Path) -> None:
        self._note = folder / "ports.json"
        self._lock_path = folder / "up.lock"
        self._lock: IO[str] | None = None

    def claim(self) -> bool:
        """Take the lock; False where another process holds it."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        lock = self._lock_path.open("a", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    def release(self) -> None:
        """Give the lock back and take the note away."""
        self._note.unlink(missing_ok=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def write(self, running: Running) -> None:
        """Leave the note for other processes."""
        write_private(self._note, json.dumps(asdict(running), indent=1))

    def find(self) -> Running | None:
        """Return the platform that runs here, or None; a note whose lock is free is of a killed one."""
        return self._read() if self._lock or self._is_locked() else None

    def _is_locked(self) -> bool:
        if not self._lock_path.exists():
            return False
        with self._lock_path.open("a", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _read(self) -> Running | None:
        if not self._note.exists():
            return None
        return Running(**json.loads(self._note.read_text(encoding="utf-8")))

    def end_leftovers(self) -> None:
        """End the children of a platform that was killed, which still hold its data folders."""
        left = self._read()
        if left is None:
            return
        processes = [(int(pid), birth) for pid, birth in left.births.items() if birth_of(int(pid)) == birth]
        _signal_all(processes, signal.SIGTERM)
        deadline = time.monotonic() + LEFTOVER_TIMEOUT_S
        while any(birth_of(pid) == birth for pid, birth in processes) and time.monotonic() < deadline:
            time.sleep(POLL_INTERVAL_S)
        _signal_all(processes, signal.SIGKILL)
        self._note.unlink(missing_ok=True)


def birth_of(pid: int) -> int:
    """Return when a process was born, in the kernel's ticks since boot; 0 when it has ended."""
    try:
        # The second field, a name in brackets, may hold spaces: the rest begins after the last bracket.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    state, birth = fields[0], int(fields[19])
    return 0 if state == "Z" else birth


def _signal_all(processes: Iterable[tuple[int, int]], number: signal.Signals) -> None:
    for pid, birth in processes:
        if birth_of(pid) == birth:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
