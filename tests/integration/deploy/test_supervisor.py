"""A child that crashes starts again with growing pauses, its reason is told, and no process is left."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.children import Child, Program
from deploy.local.errors import PartFailedError
from deploy.local.running import birth_of
from deploy.local.supervisor import Supervisor

SLEEPS = "import time; print('here', flush=True); time.sleep(600)"
CRASHES = "print('no key', flush=True); raise SystemExit(3)"
IGNORES = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"

NOTES_ITS_END = """
import pathlib, signal, sys, time
def end(*_):
    with pathlib.Path('order').open('a') as order:
        order.write('{name}')
    sys.exit()
signal.signal(15, end)
print('here', flush=True)
time.sleep(600)
"""


def until(is_so: Callable[[], bool], timeout_s: float = 15.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


def child_of(folder: Path, code: str, name: str = "probe", stop_timeout_s: float = 10.0) -> Child:
    command = (sys.executable, "-c", code)
    return Child(Program(name, command, folder, folder / f"{name}.log", stop_timeout_s=stop_timeout_s))


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(told: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(told.append)
    yield supervisor
    supervisor.stop()


def start(supervisor: Supervisor, child: Child) -> int:
    supervisor.adopt(child)
    child.start()
    supervisor.watch(child)
    assert child.pid
    return child.pid


def test_a_killed_child_starts_again(tmp_path: Path, supervisor: Supervisor, told: list[str]) -> None:
    child = child_of(tmp_path, SLEEPS)
    first = start(supervisor, child)
    os.kill(first, signal.SIGKILL)
    until(lambda: child.is_running and child.pid != first)
    assert "probe was ended by signal 9" in told[0]


def test_a_crashing_child_is_explained_and_given_longer_pauses(
    tmp_path: Path, supervisor: Supervisor, told: list[str]
) -> None:
    start(supervisor, child_of(tmp_path, CRASHES))
    until(lambda: len(told) >= 3)
    assert "ended with code 3; it starts again in 0.5 s" in told[0]
    assert "no key" in told[0]
    assert "in 1 s" in told[1]
    assert "in 2 s" in told[2]


def test_stopping_leaves_no_process_and_starts_none_again(tmp_path: Path, told: list[str]) -> None:
    supervisor = Supervisor(told.append)
    pids = [start(supervisor, child_of(tmp_path, SLEEPS, f"probe{number}")) for number in range(3)]
    supervisor.stop()
    supervisor.stop()
    assert [birth_of(pid) for pid in pids] == [0, 0, 0]
    assert told == []


def test_children_are_stopped_in_the_reverse_order(tmp_path: Path) -> None:
    supervisor = Supervisor()
    children = [child_of(tmp_path, NOTES_ITS_END.format(name=name), name) for name in "abc"]
    for child in children:
        start(supervisor, child)
    until(lambda: all("here" in child.log_tail() for child in children))
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "cba"


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    child = child_of(tmp_path, IGNORES, stop_timeout_s=0.2)
    child.start()
    until(lambda: "deaf" in child.log_tail())
    child.stop()
    assert child.exit_code == -signal.SIGKILL


def test_what_a_crashed_child_had_started_ends_too(
    tmp_path: Path, supervisor: Supervisor, told: list[str]
) -> None:
    code = (
        "import subprocess, sys, time\n"
        "own = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('own', own.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    child = child_of(tmp_path, code)
    pid = start(supervisor, child)
    until(lambda: "own" in child.log_tail())
    own = int(child.log_tail().split()[-1])
    os.kill(pid, signal.SIGKILL)
    until(lambda: birth_of(own) == 0)
    assert "signal 9" in told[0]


def test_waiting_for_a_child_that_ended_says_why(tmp_path: Path) -> None:
    child = child_of(tmp_path, CRASHES)
    child.start()
    with pytest.raises(PartFailedError, match="ended with code 3\nno key"):
        child.wait_until(lambda: False, 10)


def test_children_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys\n"
        "from deploy.local.children import Child, Program\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "child = Child(Program('grandchild', (sys.executable, '-c', sys.argv[2]), folder, folder / 'log'))\n"
        "child.start()\n"
        "child.wait_until(lambda: 'here' in child.log_tail(), 10)\n"
        "(folder / 'pid').write_text(str(child.pid))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[3]
    command = (sys.executable, "-c", code, str(tmp_path), SLEEPS)
    parent = Child(Program("parent", command, root, tmp_path / "parent.log"))
    parent.start()
    until(lambda: parent.exit_code == -signal.SIGKILL)
    pid = int((tmp_path / "pid").read_text())
    until(lambda: birth_of(pid) == 0)
