"""`up` makes the whole platform answer, a second `up` is harmless, and Ctrl-C leaves no process."""

import http.client
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.running import birth_of
from libs.contracts.topics import SERVICES

ROOT = Path(__file__).parents[3]
UP_TIMEOUT_S = 240.0
STOP_TIMEOUT_S = 90.0


class Terminal:
    """A terminal in which the platform runs in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._output = folder / "terminal.txt"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command("up", "--any-ports"), cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
            )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "deploy.local", *arguments, "--folder", str(self.folder / "platform")]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(command), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )

    @property
    def text(self) -> str:
        return self._output.read_text()

    def wait_ready(self) -> None:
        deadline = time.monotonic() + UP_TIMEOUT_S
        while "Ready in" not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.1)

    def note(self) -> dict[str, object]:
        return dict(json.loads((self.folder / "platform" / "run" / "ports.json").read_text()))


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path_factory.mktemp("up"))
    try:
        terminal.wait_ready()
        yield terminal
    finally:
        if terminal.process.poll() is None:
            terminal.process.send_signal(signal.SIGINT)
            terminal.process.wait(STOP_TIMEOUT_S)


def test_it_says_how_long_it_took_and_where_it_answers(terminal: Terminal) -> None:
    assert re.search(r"Ready in \d+\.\d s", terminal.text)
    assert str(terminal.note()["origin"]) in terminal.text


def test_the_origin_answers_for_every_service(terminal: Terminal) -> None:
    origin = str(terminal.note()["origin"]).removeprefix("http://localhost:")
    statuses = {}
    for path in ("/login", "/centres", "/staff/certificates", "/verify"):
        connection = http.client.HTTPConnection("127.0.0.1", int(origin), timeout=10)
        connection.request("GET", path)
        statuses[path] = connection.getresponse().status
        connection.close()
    assert set(statuses.values()) <= {200, 302, 303}, statuses


def test_a_second_up_only_says_that_it_runs(terminal: Terminal) -> None:
    second = terminal.run("up")
    assert second.returncode == 0
    assert f"already runs: {terminal.note()['origin']}" in second.stdout


def test_status_names_every_service(terminal: Terminal) -> None:
    status = terminal.run("status")
    assert status.returncode == 0
    assert all(name in status.stdout for name in SERVICES)


def test_secrets_are_for_this_user_only(terminal: Terminal) -> None:
    run = terminal.folder / "platform" / "run"
    files = [run / "secrets.json", *run.glob("*.env")]
    services = [run / f"{name}.env" for name in SERVICES]
    assert set(files) == {*services, run / "secrets.json", run / "monitor.env", run / "provision.env"}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_ctrl_c_leaves_no_process(terminal: Terminal) -> None:
    births = terminal.note()["births"]
    assert isinstance(births, dict)
    assert len(births) >= len(SERVICES) + 4
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.process.wait(STOP_TIMEOUT_S) == 0, terminal.text
    assert [pid for pid in births if birth_of(int(pid))] == []
    assert terminal.run("status").returncode == 3
