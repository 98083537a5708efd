"""Private keys in PEM files, each for its owner only and made where there is none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

_OWNER_ONLY = 0o600
_PERMISSIONS = 0o777


class KeyUnusable(Exception):
    """The key isn't there, can't be reached, is open to others, or is of another kind."""


def load_or_make(path: Path, make: Callable[[], PrivateKeyTypes]) -> PrivateKeyTypes:
    """The key of a file, made when there's none yet; two processes that make one at once agree on the first.

    Args:
        path: The file.
        make: Gives a new key.

    Returns:
        The key, of whatever kind the file holds.

    Raises:
        KeyUnusable: Others than its owner can use the file, or it holds no private key.
    """
    if not path.exists():
        _write(path, make())
    if path.stat().st_mode & _PERMISSIONS & ~_OWNER_ONLY:
        raise KeyUnusable("others than its owner can use the key file")
    try:
        return load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise KeyUnusable("not a private key") from error


def _write(path: Path, key: PrivateKeyTypes) -> None:
    """Write a key beside the path, then link it there: nobody ever sees half a file."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
