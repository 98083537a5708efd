"""The files of certificates in their collection, and the questions that are asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter

from libs.chassis.aggregates import Aggregates, AnyOf, AtMost, Index, Stored, Where
from libs.chassis.codec import Codec
from libs.chassis.platform import Ground
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.ports import Scope

CERTIFICATES = Codec("certificates", Certificate, owner=lambda certificate: certificate.person_id)
INDEXES = (
    Index("request", ("request_id",), unique=True),
    Index("person", ("person_id", "stage")),
    Index("queue", ("stage", "moved_at")),
    Index("centre", ("centre", "stage", "moved_at")),
    Index("reference", ("reference",)),
    Index("number", ("number",)),
    Index("planned", ("plan.approval.approved_at",)),
)

_MOMENT = TypeAdapter(datetime)
_MOST_OWN = 100
_MOST_NAMED = 20
_SWEPT_AT_ONCE = 50


class Store:
    """The service's aggregates and the named queries over them.

    Attributes:
        certificates: Loads and saves the files.
    """

    def __init__(self, certificates: Aggregates[Certificate]) -> None:
        self.certificates = certificates

    @classmethod
    async def open(cls, ground: Ground) -> Store:
        """Open the collection on the real platform or on its in-memory twin."""
        return cls(await ground.aggregates(CERTIFICATES, INDEXES))

    async def find_of_person(self, person_id: str, certificate_id: str) -> Stored[Certificate] | None:
        """That person's issued certificate of that id, or None."""
        where = {"request_id": certificate_id, "person_id": person_id, "stage": Stage.ISSUED}
        return _only(await self.certificates.find_by(where, limit=1))

    async def of_person(self, person_id: str) -> Sequence[Stored[Certificate]]:
        """That person's issued certificates, the newest first."""
        where = {"person_id": person_id, "stage": Stage.ISSUED}
        return await self.certificates.find_by(where, order_by="-moved_at", limit=_MOST_OWN)

    async def find_within(self, scope: Scope, certificate_id: str) -> Stored[Certificate] | None:
        """The file of that id if `scope` holds it, or None."""
        where = {"request_id": certificate_id, **_within(scope, scope.stages)}
        return _only(await self.certificates.find_by(where, limit=1))

    async def queue(
        self, scope: Scope, stage: Stage, *, limit: int, skip: int = 0
    ) -> Sequence[Stored[Certificate]]:
        """The files of `scope` at that stage; whoever has waited longest comes first."""
        where = _within(scope, scope.stages & {stage})
        return await self.certificates.find_by(where, order_by="moved_at", limit=limit, skip=skip)

    async def named(self, scope: Scope, text: str) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose reference or number is `text`."""
        within = _within(scope, scope.stages)
        found = [
            stored
            for field in ("reference", "number")
            for stored in await self.certificates.find_by({**within, field: text}, limit=_MOST_NAMED)
        ]
        return found[:_MOST_NAMED]

    async def count(self, scope: Scope, stage: Stage) -> int:
        """How many files of `scope` are at that stage."""
        return await self.certificates.count_by(_within(scope, scope.stages & {stage}))

    async def planned_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files whose signing began before `moment` and didn't end."""
        where = {"plan.approval.approved_at": AtMost(_written(moment))}
        return await self.certificates.find_by(where, limit=_SWEPT_AT_ONCE)

    async def unsettled_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files that were cancelled before `moment` and whose number isn't recorded as void."""
        where = {"stage": Stage.CANCELLED, "moved_at": AtMost(_written(moment)), "number_settled": False}
        return await self.certificates.find_by(where, limit=_SWEPT_AT_ONCE)


def _within(scope: Scope, stages: frozenset[Stage]) -> Where:
    where: dict[str, object] = {"stage": AnyOf([int(stage) for stage in sorted(stages)])}
    return where if scope.centres is None else {**where, "centre": AnyOf(sorted(scope.centres))}


def _written(moment: datetime) -> object:
    """A moment as it stands in a document."""
    return _MOMENT.dump_python(moment, mode="json")


def _only(found: Sequence[Stored[Certificate]]) -> Stored[Certificate] | None:
    return found[0] if found else None
