"""What was fetched, in a folder: the keys, the lists, and under which tags they came."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from khadamaty_verify.keys import KeySet
from khadamaty_verify.lists import StatusList, StatusLists


@dataclass(frozen=True)
class Trusted:
    """What codes are checked with.

    Attributes:
        keys: The platform's public keys.
        lists: The status lists that one of them signed.
    """

    keys: KeySet = field(default_factory=KeySet)
    lists: StatusLists = field(default_factory=StatusLists)


class Folder:
    """Reads and writes `keys.json`, `lists/N.cwt` and `tags.json`; nobody ever sees half a file.

    Args:
        path: The folder; made when something is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = path / "keys.json"
        self._lists = path / "lists"
        self._tags = path / "tags.json"

    def load(self) -> Trusted:
        """Everything that was fetched.

        Raises:
            FileNotFoundError: Nothing was fetched yet.
            BadKeys: The keys' file holds something else.
            UntrustedList: A list's file holds something that none of the keys signed.
        """
        keys = KeySet.from_file(self._keys)
        files = sorted(self._lists.glob("*.cwt"))
        return Trusted(keys, StatusLists.of(StatusList.from_bytes(each.read_bytes(), keys) for each in files))

    def find_list(self, number: int) -> bytes | None:
        """The bytes of one list, or None."""
        path = self._list(number)
        return path.read_bytes() if path.exists() else None

    def tags(self) -> Mapping[str, str]:
        """The tags under which lists came, by their number."""
        if not self._tags.exists():
            return {}
        told = json.loads(self._tags.read_text("utf-8"))
        return {str(number): str(tag) for number, tag in told.items()}

    def keep_keys(self, text: bytes) -> None:
        """Keep the key set as it came."""
        _write(self._keys, text)

    def keep_list(self, number: int, token: bytes) -> None:
        """Keep a list as it came."""
        _write(self._list(number), token)

    def keep_tags(self, tags: Mapping[str, str]) -> None:
        """Keep the tags under which the lists came."""
        _write(self._tags, json.dumps(dict(tags), indent=2).encode())

    def _list(self, number: int) -> Path:
        return self._lists / f"{number}.cwt"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
