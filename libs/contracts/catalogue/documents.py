"""The files that are printed from the code, and which of them no longer tell the truth."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from libs.contracts.catalogue.asyncapi import described
from libs.contracts.catalogue.picture import drawn
from libs.contracts.catalogue.readers import Readers, read_all
from libs.contracts.catalogue.tables import events_page, service_tables
from libs.contracts.registry import EVENTS
from libs.contracts.schema import as_json, contract_of

BEGIN = "<!-- catalogue: printed by `make catalogue`, do not edit below -->"
END = "<!-- catalogue: end -->"


class BrokenMarkers(ValueError):
    """A file has only one of the two marks between which it is printed."""


def printed(root: Path) -> dict[Path, str]:
    """Every generated file with the text that it should have.

    Args:
        root: The repository.

    Raises:
        BrokenMarkers: A file that is generated in part has lost one of its marks.
    """
    readers = read_all()
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    texts = {
        root / "docs/asyncapi.json": as_json(described(readers, version)),
        root / "docs/events.md": events_page(readers),
        root / "docs/architecture.md": _between(
            root / "docs/architecture.md", "# Architecture", drawn(readers)
        ),
    }
    texts |= dict(_readmes(root, readers))
    texts |= {
        root / f"libs/contracts/schemas/{name}.json": as_json(contract_of(event))
        for name, event in EVENTS.items()
    }
    return texts


def stale(root: Path) -> list[Path]:
    """The generated files that differ from the code, and the schemas of events that are no more."""
    texts = printed(root)
    found = [path for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text]
    return found + [path for path in (root / "libs/contracts/schemas").glob("*.json") if path not in texts]


def write(root: Path) -> list[Path]:
    """Bring every generated file up to date.

    Returns:
        The files that changed.
    """
    texts = printed(root)
    changed = [path for path in stale(root) if path in texts]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], "utf-8")
    return changed


def _readmes(root: Path, readers: Readers) -> Iterator[tuple[Path, str]]:
    for service in readers:
        path = root / "services" / service / "README.md"
        yield path, _between(path, f"# {service}", service_tables(service, readers))


def _between(path: Path, title: str, block: str) -> str:
    """The file's text with `block` between its marks; the hand-written rest stays."""
    text = path.read_text("utf-8") if path.exists() else f"{title}\n"
    if (BEGIN in text) != (END in text):
        raise BrokenMarkers(path.name)
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{block}\n\n{END}{after}"
