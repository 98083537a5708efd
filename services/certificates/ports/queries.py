"""The questions that are asked of the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from libs.chassis.aggregates import Stored
from services.certificates.domain.certificate import Certificate, Stage


@dataclass(frozen=True)
class Scope:
    """The files that somebody of the staff may see.

    Attributes:
        stages: Whose queues they work off.
        centres: Of these centres; None for all.
        only_issued: Also those at other stages, once a version is issued; else those at `stages`.
    """

    stages: frozenset[Stage]
    centres: frozenset[str] | None = None
    only_issued: bool = False


class Queries(Protocol):
    """The questions that pages and the sweep ask of the files."""

    async def find_of_person(self, person_id: str, certificate_id: str) -> Stored[Certificate] | None:
        """That person's issued certificate of that id, or None."""
        ...

    async def of_person(self, person_id: str) -> Sequence[Stored[Certificate]]:
        """That person's issued certificates, the newest first."""
        ...

    async def find_within(self, scope: Scope, certificate_id: str) -> Stored[Certificate] | None:
        """The file of that id if `scope` holds it, or None."""
        ...

    async def those(self, scope: Scope, certificate_ids: Sequence[str]) -> Sequence[Stored[Certificate]]:
        """The files of those ids that `scope` holds, in no order."""
        ...

    async def queue(
        self, scope: Scope, stage: Stage, *, limit: int, skip: int = 0
    ) -> Sequence[Stored[Certificate]]:
        """The files of `scope` at that stage; whoever has waited longest comes first."""
        ...

    async def named(self, scope: Scope, text: str) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose reference or number is `text`."""
        ...

    async def count(self, scope: Scope, stage: Stage) -> int:
        """How many files of `scope` are at that stage."""
        ...

    async def ordered(self, scope: Scope) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose change of status waits for the signatory, the oldest order first."""
        ...

    async def mistaken(self, scope: Scope) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose holder told of a mistake, the oldest word first."""
        ...

    async def approved_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files whose change of status was confirmed before `moment` and isn't carried out."""
        ...

    async def to_remind(self, today: date) -> Sequence[Stored[Certificate]]:
        """Issued files whose holder is to be told of the end by `today`, the longest due first."""
        ...

    async def unstamped(self, *, limit: int) -> Sequence[Stored[Certificate]]:
        """Files with a seal that has no time-stamp yet."""
        ...

    async def count_unstamped(self) -> int:
        """How many files have a seal without a time-stamp."""
        ...

    async def planned_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files whose signing began before `moment` and didn't end."""
        ...

    async def unsettled_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files that were cancelled before `moment` and whose number isn't recorded as void."""
        ...

    async def loosened_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files of which a correction was dropped before `moment` whose number isn't settled."""
        ...
