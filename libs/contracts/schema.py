"""The JSON Schema of every event and of its sealed part, as committed for the gate against breaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from libs.contracts.event import Event
from libs.contracts.registry import producer_of

SCHEMAS = Path(__file__).parent / "schemas"

Schema = dict[str, Any]


def contract_of(event: type[Event]) -> Schema:
    """Everything that a reader of `event` may rely on.

    Returns:
        `event` (its name), `producer`, `topics`, `data` (JSON Schema 2020-12 of the record's value) and
        `secret` (the same of the opened sealed part, or None).
    """
    return {
        "event": event.type_name(),
        "producer": producer_of(event),
        "topics": list(event.topics),
        "data": event.model_json_schema(),
        "secret": event.secret.model_json_schema() if event.secret else None,
    }


def as_json(value: object) -> str:
    """The one way in which generated JSON is written, so that only a change of meaning shows in a diff."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def committed(folder: Path = SCHEMAS) -> dict[str, Schema]:
    """The contracts in `folder`, by event name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
