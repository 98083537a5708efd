"""The codes that many people choose, from the list beside this module."""

from __future__ import annotations

import json
from importlib.resources import files

from libs.contracts.identifiers import fold


def read_denied_codes() -> frozenset[str]:
    """The list, folded as codes are when they are compared with it."""
    text = files(__package__).joinpath("denied_codes.json").read_text("utf-8")
    return frozenset(fold(code) for code in json.loads(text))
