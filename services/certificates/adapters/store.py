"""The files of certificates in their collection, and the questions that are asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import TypeAdapter

from libs.chassis.aggregates import Aggregates, AnyOf, AtMost, Index, Stored, Where
from libs.chassis.codec import Codec
from libs.chassis.platform import Ground
from services.certificates.domain.batch import Batch
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.version import SealLevel
from services.certificates.ports import Scope

CERTIFICATES = Codec("certificates", Certificate, owner=lambda certificate: certificate.person_id)
INDEXES = (
    Index("request", ("request_id",), unique=True),
    Index("person", ("person_id", "stage")),
    Index("queue", ("stage", "moved_at")),
    Index("centre", ("centre", "stage", "moved_at")),
    Index("reference", ("reference",)),
    Index("number", ("number",)),
    Index("version_number", ("versions.number",)),
    Index("loose", ("loose_numbers.since",)),
    Index("planned", ("plan.approval.approved_at",)),
    Index("ordered", ("order.asked_at",)),
    Index("mistaken", ("mistake_told_at",)),
    Index("remind", ("remind_on",)),
    Index("seal", ("versions.seal.level",)),
)
BATCHES = Codec("batches", Batch)
BATCH_INDEXES = (Index("open", ("open", "chosen_at")), Index("staff", ("staff_id", "chosen_at")))

_UNSTAMPED = {"versions.seal.level": SealLevel.BASELINE_B.value}
_MOMENT = TypeAdapter(datetime)
_MOST_OWN = 100
_MOST_NAMED = 20
_SWEPT_AT_ONCE = 50
_REMINDED_AT_ONCE = 500
_MOST_ASKED = 200
_FAR = "9999"
"""After every moment, as moments are written down: matches wherever one is written."""

_ISSUED = {"versions.version": 1}
"""Whose first version is issued: whatever happens later, it stays an issued certificate."""


class Store:
    """The service's aggregates and the named queries over them.

    Attributes:
        certificates: Loads and saves the files.
        batches: Loads and saves what the staff does with many files together.
    """

    def __init__(self, certificates: Aggregates[Certificate], batches: Aggregates[Batch]) -> None:
        self.certificates = certificates
        self.batches = batches

    @classmethod
    async def open(cls, ground: Ground) -> Store:
        """Open the collection on the real platform or on its in-memory twin."""
        certificates = await ground.aggregates(CERTIFICATES, INDEXES)
        return cls(certificates, await ground.aggregates(BATCHES, BATCH_INDEXES))

    async def find_of_person(self, person_id: str, certificate_id: str) -> Stored[Certificate] | None:
        """That person's issued certificate of that id, or None."""
        where = {"request_id": certificate_id, "person_id": person_id, **_ISSUED}
        return _only(await self.certificates.find_by(where, limit=1))

    async def of_person(self, person_id: str) -> Sequence[Stored[Certificate]]:
        """That person's issued certificates, the newest first."""
        where = {"person_id": person_id, **_ISSUED}
        return await self.certificates.find_by(where, order_by="-moved_at", limit=_MOST_OWN)

    async def find_within(self, scope: Scope, certificate_id: str) -> Stored[Certificate] | None:
        """The file of that id if `scope` holds it, or None."""
        where = {"request_id": certificate_id, **_visible(scope)}
        return _only(await self.certificates.find_by(where, limit=1))

    async def those(self, scope: Scope, certificate_ids: Sequence[str]) -> Sequence[Stored[Certificate]]:
        """The files of those ids that `scope` holds, in no order."""
        where = {"request_id": AnyOf(list(certificate_ids)), **_within(scope, scope.stages)}
        return await self.certificates.find_by(where, limit=len(certificate_ids) or 1)

    async def queue(
        self, scope: Scope, stage: Stage, *, limit: int, skip: int = 0
    ) -> Sequence[Stored[Certificate]]:
        """The files of `scope` at that stage; whoever has waited longest comes first."""
        where = _within(scope, scope.stages & {stage})
        return await self.certificates.find_by(where, order_by="moved_at", limit=limit, skip=skip)

    async def named(self, scope: Scope, text: str) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose reference is `text`, or the number of one of their versions."""
        within = _visible(scope)
        found = {
            stored.id: stored
            for field in ("reference", "number", "versions.number")
            for stored in await self.certificates.find_by({**within, field: text}, limit=_MOST_NAMED)
        }
        return list(found.values())[:_MOST_NAMED]

    async def count(self, scope: Scope, stage: Stage) -> int:
        """How many files of `scope` are at that stage."""
        return await self.certificates.count_by(_within(scope, scope.stages & {stage}))

    async def ordered(self, scope: Scope) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose change of status waits for the signatory, the oldest order first."""
        where = {**_visible(scope), "order.asked_at": AtMost(_FAR), "order.approval": None}
        return await self.certificates.find_by(where, order_by="order.asked_at", limit=_MOST_ASKED)

    async def mistaken(self, scope: Scope) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose holder told of a mistake, the oldest word first."""
        where = {**_visible(scope), "mistake_told_at": AtMost(_FAR)}
        return await self.certificates.find_by(where, order_by="mistake_told_at", limit=_MOST_ASKED)

    async def approved_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files whose change of status was confirmed before `moment` and isn't carried out."""
        where = {"order.approval.approved_at": AtMost(_written(moment)), "order.asked_at": AtMost(_FAR)}
        return await self.certificates.find_by(where, limit=_SWEPT_AT_ONCE)

    async def to_remind(self, today: date) -> Sequence[Stored[Certificate]]:
        """Issued files whose holder is to be told of the end by `today`, the longest due first."""
        where = {"remind_on": AtMost(today.isoformat())}
        return await self.certificates.find_by(where, order_by="remind_on", limit=_REMINDED_AT_ONCE)

    async def unstamped(self, *, limit: int) -> Sequence[Stored[Certificate]]:
        """Files with a seal that has no time-stamp yet."""
        return await self.certificates.find_by(_UNSTAMPED, limit=limit)

    async def count_unstamped(self) -> int:
        """How many files have a seal without a time-stamp."""
        return await self.certificates.count_by(_UNSTAMPED)

    async def planned_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files whose signing began before `moment` and didn't end."""
        where = {"plan.approval.approved_at": AtMost(_written(moment))}
        return await self.certificates.find_by(where, limit=_SWEPT_AT_ONCE)

    async def unsettled_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files that were cancelled before `moment` and whose number isn't recorded as void."""
        where = {"stage": Stage.CANCELLED, "moved_at": AtMost(_written(moment)), "number_settled": False}
        return await self.certificates.find_by(where, limit=_SWEPT_AT_ONCE)

    async def loosened_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files of which a correction was dropped before `moment` whose number isn't settled."""
        where = {"loose_numbers.since": AtMost(_written(moment))}
        return await self.certificates.find_by(where, limit=_SWEPT_AT_ONCE)


def _within(scope: Scope, stages: frozenset[Stage]) -> Where:
    where: dict[str, object] = {"stage": AnyOf([int(stage) for stage in sorted(stages)])}
    return where if scope.centres is None else {**where, "centre": AnyOf(sorted(scope.centres))}


def _visible(scope: Scope) -> Where:
    """The files that `scope` may see, whether or not they are in one of its queues."""
    if not scope.only_issued:
        return _within(scope, scope.stages)
    centres = {} if scope.centres is None else {"centre": AnyOf(sorted(scope.centres))}
    return {**_ISSUED, **centres}


def _written(moment: datetime) -> object:
    """A moment as it stands in a document."""
    return _MOMENT.dump_python(moment, mode="json")


def _only(found: Sequence[Stored[Certificate]]) -> Stored[Certificate] | None:
    return found[0] if found else None
