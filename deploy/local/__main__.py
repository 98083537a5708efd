"""`python -m deploy.local up|down|status|check-gateway`: the local platform from a terminal."""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from deploy.local.errors import LocalPlatformError
from deploy.local.folders import REPOSITORY, Folders, usual_folders
from deploy.local.gateway import Gateway
from deploy.local.progress import say
from deploy.local.running import Running, RunningFile
from deploy.local.stack import USUAL_PORTS, Stack
from libs.contracts.topics import SERVICES

DOWN_TIMEOUT_S: Final = 60.0
ENDING_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NOT_RUNNING: Final = 3


@dataclass(frozen=True)
class Place:
    """Where a command works.

    Args:
        folders: Folders of the platform.
        usual_ports: Prefer the usual ports over any free ones.
    """

    folders: Folders
    usual_ports: bool


def up(place: Place) -> int:
    """Run the platform until Ctrl-C; return the exit code."""
    running = RunningFile(place.folders.run).find()
    if running:
        say(f"Khadamaty already runs: {running.origin}  (mails: {running.mail_url})")
        return 0
    began = time.monotonic()
    for number in ENDING_SIGNALS:
        signal.signal(number, _interrupt)
    stack = Stack(place.folders, usual_ports=place.usual_ports)
    if place.usual_ports:
        _tell_moved_ports(stack)
    try:
        say("Starting Khadamaty ...")
        stack.start()
        say(f"Ready in {time.monotonic() - began:.1f} s")
        _tell_addresses(stack)
        threading.Event().wait()
    except KeyboardInterrupt:
        say("\nStopping ...")
    finally:
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        stack.stop()
    say("Stopped.")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell_moved_ports(stack: Stack) -> None:
    for name, usual in USUAL_PORTS.items():
        if stack.ports[name] != usual:
            say(f"  Port {usual} is taken, so {name} uses {stack.ports[name]}")


def _tell_addresses(stack: Stack) -> None:
    say(f"  Portal:  {stack.origin}")
    say(f"  Mails:   {stack.mail.web_url}")
    say(f"  Logs:    {_shown(stack.folders.log)}")
    say(f"  Staff passwords: {_shown(stack.folders.data / 'seed' / 'identity')}")
    say("  Ctrl-C stops everything.")


def _shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def down(place: Place) -> int:
    """Stop the platform that another terminal runs; return the exit code."""
    file = RunningFile(place.folders.run)
    running = file.find()
    if running is None:
        file.end_leftovers()
        say("Khadamaty does not run.")
        return 0
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_TIMEOUT_S
    while file.find():
        if time.monotonic() > deadline:
            say(f"It did not stop within {DOWN_TIMEOUT_S:g} s; its process is {running.pid}.")
            return 1
        time.sleep(0.1)
    say("Stopped.")
    return 0


def status(place: Place) -> int:
    """Print where the platform answers; return 3 where it doesn't run."""
    running = RunningFile(place.folders.run).find()
    if running is None:
        say("Khadamaty does not run.")
        return NOT_RUNNING
    _tell_running(running)
    return 0


def _tell_running(running: Running) -> None:
    say(f"Khadamaty runs: {running.origin}  (mails: {running.mail_url})")
    for name, port in running.ports.items():
        say(f"  {name:<17} 127.0.0.1:{port}")


def check_gateway(_place: Place) -> int:
    """Let nginx check the gateway's configuration; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        ports = {name: USUAL_PORTS[name] for name in SERVICES}
        Gateway(Path(folder), ports, Path(folder), USUAL_PORTS["origin"]).check_configuration()
    say("nginx accepts the gateway's configuration")
    return 0


def main() -> int:
    """Run the command that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = {"up": up, "down": down, "status": status, "check-gateway": check_gateway}
    parser.add_argument("command", choices=commands)
    parser.add_argument("--folder", type=Path, help="where everything is kept; .local where none is given")
    parser.add_argument("--any-ports", action="store_true", help="take any free ports, not the usual ones")
    arguments = parser.parse_args()
    folders = Folders(arguments.folder.resolve()) if arguments.folder else usual_folders()
    try:
        return commands[arguments.command](Place(folders, usual_ports=not arguments.any_ports))
    except LocalPlatformError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
