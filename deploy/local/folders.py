"""Where the local platform keeps what it fetched, its data, its logs and its secrets."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Folders:
    """The folders of one local platform below a root."""

    root: Path

    @property
    def data(self) -> Path:
        """Databases, topics, mails and seeds, kept between runs."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """One log file per part."""
        return self.root / "log"

    @property
    def run(self) -> Path:
        """Ports, pids, secrets and the services' environment files."""
        return self.root / "run"


def cache_folder() -> Path:
    """Return the folder of fetched programs, shared by every platform of this clone."""
    return REPOSITORY / ".local" / "cache"


def usual_folders() -> Folders:
    """Return the folders that `make up` uses."""
    return Folders(REPOSITORY / ".local")


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, in one step.

    Args:
        path: Where it goes; its folder is made.
        text: The whole content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
