"""The rounds of a monitor: read the facts, then the head, then what is new, and compare."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from deploy.log_monitor.audit import Audit, PublicFact
from deploy.log_monitor.fetching import LogReader
from deploy.log_monitor.findings import Finding, Rules
from deploy.log_monitor.memory import Memory
from libs.chassis.clock import Clock
from libs.contracts.issuance_log.checkpoint import Checkpoint

Tell = Callable[[str], None]
_TELL_EVERY = 20
_KEEP_EVERY = timedelta(minutes=1)


class Facts(Protocol):
    """Where public facts come from."""

    def read(self) -> Sequence[PublicFact]:
        """Those that came since the last call."""
        ...


class Watch:
    """One monitor at work.

    Args:
        log: Over HTTP.
        facts: From the broker.
        memory: What an earlier run left.
        path: Where it is kept.
        rules: How much time honest work may take.
        clock: The monitor's own.
        tell: Shows progress.
    """

    def __init__(
        self,
        log: LogReader,
        facts: Facts,
        memory: Memory,
        path: Path,
        rules: Rules,
        clock: Clock,
        tell: Tell,
    ) -> None:
        self._log = log
        self._facts = facts
        self._memory = memory
        self._path = path
        self._rules = rules
        self._clock = clock
        self._tell = tell
        self._taken: list[PublicFact] = []
        self._audit = self._new_audit()

    @property
    def summary(self) -> str:
        """How much was compared."""
        return f"{self._audit.size} entries, {self._audit.facts} facts"

    async def round(self) -> list[Finding]:
        """Compare what is new.

        Raises:
            Unreadable: The log doesn't answer.
            FactsUnreadable: The broker doesn't answer.
        """
        # The facts come first: whatever they name is logged already, and so below the head that is read next.
        fresh = await asyncio.to_thread(self._facts.read)
        self._taken += fresh
        found = self._audit.take_facts(fresh)
        note = await self._log.note()
        seen_at = self._clock.now()
        head, more = self._audit.open_head(note)
        found += more
        if head is not None:
            told = await self._take_entries(head, seen_at)
            found += told
            if not told and not more:
                self._remember(note, seen_at)
        return found + self._audit.judge(self._clock.now())

    async def reread(self) -> list[Finding]:
        """Compare everything from the first entry on, against the last head: what was rewritten shows."""
        self._audit = self._new_audit()
        found = self._audit.take_facts(self._taken)
        return found + await self.round()

    async def _take_entries(self, head: Checkpoint, now: datetime) -> list[Finding]:
        begin = self._audit.size
        leaves: list[bytes] = []
        hashes: list[bytes] = []
        count = 0
        async for batch in self._log.batches(begin, head.size):
            leaves += batch.leaves
            hashes += batch.hashes
            count += 1
            if count % _TELL_EVERY == 0:
                self._tell(f"read {begin + len(leaves)} of {head.size} entries")
        found = self._audit.take_entries(head, leaves, hashes, now)
        if begin == 0 and not found:
            async for tile, data in self._log.higher_tiles(head.size):
                found += self._audit.take_tile(tile, data)
        return found

    def _new_audit(self) -> Audit:
        return Audit(self._memory.verifier, self._rules, self._memory.find_known())

    def _remember(self, note: str, seen_at: datetime) -> None:
        before = self._memory.seen_at
        if note != self._memory.note or before is None or seen_at - before > _KEEP_EVERY:
            self._memory = replace(self._memory, note=note, seen_at=seen_at)
            self._memory.keep(self._path)
