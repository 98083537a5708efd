"""The built styles, fonts and pictures by the name that a template uses."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

STATIC_URL: Final = "/static"
MANIFEST: Final = "manifest.json"
_REPOSITORY: Final = Path(__file__).parents[2]


class AssetsNotBuiltError(RuntimeError):
    """The folder of built assets has no manifest."""


def static_folder() -> Path:
    """Return where built assets lie: ``KHADAMATY_STATIC``, else ``.local/static`` of the checkout."""
    chosen = os.environ.get("KHADAMATY_STATIC")
    return Path(chosen) if chosen else _REPOSITORY / ".local" / "static"


@dataclass(frozen=True)
class Assets:
    """Maps a plain name (``rtl.css``) to the name with its content's hash.

    Args:
        names: plain name to built name; a name that is absent is served as it is.
    """

    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path | None = None) -> "Assets":
        """Read the manifest that ``python -m libs.ui.build`` wrote.

        Raises:
            AssetsNotBuiltError: if there is none.
        """
        path = (folder or static_folder()) / MANIFEST
        if not path.exists():
            raise AssetsNotBuiltError(f"{path.name} is missing: run `python -m libs.ui.build` first")
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def url(self, name: str) -> str:
        """Return the address of an asset on this origin."""
        return f"{STATIC_URL}/{self.names.get(name, name)}"
