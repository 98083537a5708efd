"""The local platform's keys and passwords: made once at random, kept for this user only."""

import base64
import json
import secrets
from pathlib import Path
from typing import Final

from deploy.local.folders import write_private

KEY_BYTES: Final = 32


class SecretStore:
    """Random keys by name, in one file that only this user may read.

    Args:
        path: The file; made with the first key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, str] = {}
        if path.exists():
            self._keys = json.loads(path.read_text(encoding="utf-8"))

    def get_key(self, name: str) -> str:
        """Return 32 random bytes in base64, the same at every call and in every run."""
        if name not in self._keys:
            self._keys[name] = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
            write_private(self._path, json.dumps(self._keys, indent=1))
        return self._keys[name]
