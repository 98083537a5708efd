"""What partners' events are delivered with, in memory, and a partner who does as told."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from libs.chassis.crypto import Vault
from libs.chassis.errors import SequenceGap
from libs.contracts.certificates import CertificateStatus
from services.verification.domain.public_fact import Entry, Page, PublicFact
from services.verification.domain.webhook import Attempt, PartnerAnswer, Progress
from services.verification.errors import Overtaken
from services.verification.ports.outlet import FencedLease, Outlet

ORIGIN = "https://khadamaty.example"
TAKEN = PartnerAnswer(204, 1)


@dataclass
class MemoryChronicle:
    """The facts in a list."""

    facts: list[PublicFact] = field(default_factory=list)
    edition: str = "memory"

    async def append(self, fact: PublicFact) -> None:
        told = [known.sequence for known in self.facts if known.certificate_id == fact.certificate_id]
        if fact.sequence in told:
            return
        if fact.sequence > 1 and fact.sequence - 1 not in told:
            raise SequenceGap
        self.facts.append(fact)

    async def tail(self) -> int:
        return len(self.facts)

    async def after(
        self,
        position: int,
        limit: int,
        *,
        since: datetime | None = None,
        statuses: Sequence[CertificateStatus] = (),
    ) -> Page:
        wanted = [
            Entry(place, fact)
            for place, fact in enumerate(self.facts, 1)
            if place > position
            and (since is None or fact.time >= since)
            and (not statuses or fact.status in statuses)
        ][:limit]
        full = len(wanted) == limit
        return Page(wanted, wanted[-1].position if full else max(len(self.facts), position))

    async def before(self, moment: datetime) -> int:
        places = (place for place, fact in enumerate(self.facts) if fact.time >= moment)
        return next(places, len(self.facts))


@dataclass
class MemoryProgress:
    """How far each subscription is, with the fences that wrote it."""

    kept: dict[str, Progress] = field(default_factory=dict)
    fences: dict[str, int] = field(default_factory=dict)

    async def begin(self, webhook_id: str, position: int) -> None:
        self.kept.setdefault(webhook_id, Progress.begun(position))
        self.fences.setdefault(webhook_id, 0)

    async def find(self, webhook_id: str) -> Progress | None:
        return self.kept.get(webhook_id)

    async def all(self) -> Mapping[str, Progress]:
        return dict(self.kept)

    async def note(self, webhook_id: str, progress: Progress, fence: int) -> None:
        known = self.kept.get(webhook_id)
        if known is None or known.turn != progress.turn or self.fences[webhook_id] > fence:
            raise Overtaken
        self.kept[webhook_id], self.fences[webhook_id] = progress, fence

    async def turn(self, webhook_id: str, position: int | None = None) -> None:
        known = self.kept.get(webhook_id)
        if known is not None:
            fresh = replace(known, turn=known.turn + 1, trouble=None, held=())
            self.kept[webhook_id] = (
                fresh if position is None else Progress(position, position, known.turn + 1)
            )

    async def forget(self, webhook_id: str) -> None:
        self.kept.pop(webhook_id, None)


@dataclass
class MemoryDeliveryLog:
    """What was tried, in a list."""

    attempts: list[Attempt] = field(default_factory=list)

    async def note(self, attempts: Sequence[Attempt]) -> None:
        self.attempts.extend(attempts)

    async def page(self, webhook_id: str, limit: int, before: str | None = None) -> Sequence[Attempt]:
        found = [
            each
            for each in self.attempts
            if each.webhook_id == webhook_id and (before is None or each.id < before)
        ]
        return sorted(found, key=lambda each: each.id, reverse=True)[:limit]


@dataclass(frozen=True)
class Posted:
    """One request as a partner got it."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class FakePostman:
    """Takes everything, or answers as it is told to.

    Attributes:
        answers: For the next requests, one each.
        always: For all further ones.
    """

    answers: list[PartnerAnswer] = field(default_factory=list)
    always: PartnerAnswer = TAKEN
    posted: list[Posted] = field(default_factory=list)
    taken: list[Posted] = field(default_factory=list)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> PartnerAnswer:
        parcel = Posted(url, dict(headers), body)
        self.posted.append(parcel)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else self.always
        if answer.is_taken:
            self.taken.append(parcel)
        return answer


@dataclass
class OwnLease:
    """The lease of a test's one process."""

    fence: int = 1
    lost: bool = False

    async def held(self) -> bool:
        return not self.lost

    async def release(self) -> None:
        return


def outlet(vault: Vault, postman: FakePostman | None = None) -> Outlet:
    """An outlet in memory."""

    def lease_of(_webhook_id: str) -> FencedLease:
        return OwnLease()

    return Outlet(
        origin=ORIGIN,
        chronicle=MemoryChronicle(),
        progress=MemoryProgress(),
        log=MemoryDeliveryLog(),
        postman=postman or FakePostman(),
        new_key_owner=vault.create,
        lease_of=lease_of,
        bell=asyncio.Event(),
        chance=lambda: 0.5,
        entropy=os.urandom,
        loopback_allowed=True,
    )
