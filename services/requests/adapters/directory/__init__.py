"""Reads the data that a new installation starts with: the provisional centres, invented medical files."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter

from services.requests.domain.centre import Centre
from services.requests.domain.medical_file import Holder

_FOLDER = Path(__file__).parent
_HOLDERS = TypeAdapter(dict[str, Holder])


def read_centres() -> tuple[Centre, ...]:
    """The 75 provisional centres: one per prefecture or province (domain digest, section 3)."""
    directory = json.loads((_FOLDER / "centres.json").read_text("utf-8"))
    return tuple(
        Centre(centre["code"], centre["ar"], centre["fr"], region["code"], region["ar"], region["fr"])
        for region in directory["regions"]
        for centre in region["centres"]
    )


def read_holders() -> dict[str, Holder]:
    """The invented people of the data bank to try out, by the id of their medical file."""
    return _HOLDERS.validate_json((_FOLDER / "holders.json").read_bytes())
