"""Gives each built file the name of its content, and writes the manifest, compressed copies included."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Final

from libs.ui.assets import MANIFEST

_DIGEST_LENGTH: Final = 10
_COMPRESSED: Final = (".css", ".svg", ".html", ".js")


def publish(built: Path, out: Path) -> dict[str, str]:
    """Copy built files under their hashed names; the addresses inside stylesheets follow.

    Args:
        built: the folder with plain names.
        out: the static folder.

    Returns:
        plain name to hashed name, as written to the manifest.
    """
    out.mkdir(parents=True, exist_ok=True)
    names: dict[str, str] = {}
    # Stylesheets come last, for they name the fonts.
    for path in sorted(built.iterdir(), key=lambda path: (path.suffix == ".css", path.name)):
        content = path.read_bytes()
        if path.suffix == ".css":
            content = _with_addresses(content, names)
        names[path.name] = _hashed_name(path, content)
        write(out / names[path.name], content)
    (out / MANIFEST).write_text(json.dumps(names, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    _remove_older(out, set(names.values()))
    return names


def write(path: Path, content: bytes) -> None:
    """Write a file, and beside it a ``.gz`` where that is smaller; the same content gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if path.suffix in _COMPRESSED:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


def _with_addresses(stylesheet: bytes, names: dict[str, str]) -> bytes:
    for plain, hashed in names.items():
        stylesheet = stylesheet.replace(f'url("{plain}")'.encode(), f'url("{hashed}")'.encode())
    return stylesheet


def _hashed_name(path: Path, content: bytes) -> str:
    return f"{path.stem}.{hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH]}{path.suffix}"


def _remove_older(out: Path, current: set[str]) -> None:
    stems = {name.split(".")[0] for name in current}
    for path in out.iterdir():
        name = path.name.removesuffix(".gz")
        if path.is_file() and name not in current and name != MANIFEST and name.split(".")[0] in stems:
            path.unlink()
