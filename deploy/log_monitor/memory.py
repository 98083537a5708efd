"""What a monitor keeps between two runs: the log's key and the last head that it saw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.local.folders import write_private
from deploy.log_monitor.entries import Known
from libs.chassis.notes import NoteVerifier
from libs.contracts.issuance_log.checkpoint import Checkpoint


@dataclass(frozen=True)
class Memory:
    """One log as one monitor knows it.

    Attributes:
        note: The last signed head that was seen and found good; None before the first.
        seen_at: When.
    """

    verifier: NoteVerifier
    note: str | None = None
    seen_at: datetime | None = None

    @classmethod
    def find(cls, path: Path) -> Memory | None:
        """What the file keeps; None where there's none.

        Raises:
            ValueError: It isn't such a file, or its head isn't signed with its key.
        """
        if not path.exists():
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        note, seen_at = kept["checkpoint"], kept["seen_at"]
        memory = cls(
            NoteVerifier.read(kept["key"]), note, None if seen_at is None else datetime.fromisoformat(seen_at)
        )
        memory.find_known()
        return memory

    def keep(self, path: Path) -> None:
        """Write it down, for this user only, in one step."""
        kept = {
            "key": self.verifier.text,
            "checkpoint": self.note,
            "seen_at": None if self.seen_at is None else self.seen_at.isoformat(),
        }
        write_private(path, json.dumps(kept, indent=1) + "\n")

    def find_known(self) -> Known | None:
        """The head that nothing may undo; None before the first."""
        if self.note is None or self.seen_at is None:
            return None
        return Known(Checkpoint.read(self.verifier.opened(self.note)), self.seen_at)
