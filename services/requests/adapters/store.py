"""The service's collections, their indexes, and the questions asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from libs.chassis.aggregates import Aggregates, AnyOf, AtMost, Index, Stored
from libs.chassis.codec import Codec
from libs.chassis.platform import Ground
from services.requests.domain.centre import Centre
from services.requests.domain.medical_file import MedicalFile
from services.requests.domain.person import Person
from services.requests.domain.request import Request
from services.requests.domain.stages import Stage
from services.requests.ports import Queue

REQUESTS = Codec("requests", Request, owner=lambda request: request.person_id)
FILES = Codec("medical_files", MedicalFile, owner=lambda file: file.owner_id)
PERSONS = Codec("persons", Person, owner=lambda person: person.person_id)
CENTRES = Codec("centres", Centre)

ONE_OPEN_REQUEST = "one_open_request"

REQUEST_INDEXES = (
    Index(ONE_OPEN_REQUEST, ("person_id",), unique=True, where={"open": True}),
    Index("reference", ("reference",), unique=True),
    Index("of_person", ("person_id", "submitted_at")),
    Index("queue", ("open", "stage", "submitted_at")),
    Index("centre_queue", ("centre", "open", "stage", "submitted_at")),
    Index("due", ("stage", "due_on"), where={"open": True}),
)
FILE_INDEXES = (Index("identifier", ("identifier_digest",)), Index("of_person", ("person_id",)))
PERSON_INDEXES = (Index("identifier", ("identifier_digest",)),)

_MANY = 500
_AWAITING = (Stage.STARTED, Stage.COMPLETION)


@dataclass(frozen=True)
class RequestsStore:
    """The collections, opened on the real platform or on its in-memory twin."""

    requests: Aggregates[Request]
    files: Aggregates[MedicalFile]
    persons: Aggregates[Person]
    centres: Aggregates[Centre]

    @classmethod
    async def open(cls, ground: Ground) -> RequestsStore:
        """Open every collection and make its indexes."""
        return cls(
            requests=await ground.aggregates(REQUESTS, REQUEST_INDEXES),
            files=await ground.aggregates(FILES, FILE_INDEXES),
            persons=await ground.aggregates(PERSONS, PERSON_INDEXES),
            centres=await ground.aggregates(CENTRES),
        )

    async def find_own(self, person_id: str, request_id: str) -> Stored[Request] | None:
        """A request, if it is that person's."""
        found = await self.requests.find_by({"person_id": person_id, "id": request_id}, limit=1)
        return found[0] if found else None

    async def requests_of(self, person_id: str) -> Sequence[Stored[Request]]:
        """All requests of a person, the latest first."""
        return await self.requests.find_by({"person_id": person_id}, order_by="-submitted_at")

    async def find_open(self, person_id: str) -> Stored[Request] | None:
        """The person's open request."""
        found = await self.requests.find_by({"person_id": person_id, "open": True}, limit=1)
        return found[0] if found else None

    async def find_reference(self, reference: str) -> Stored[Request] | None:
        """The request of that reference."""
        found = await self.requests.find_by({"reference": reference}, limit=1)
        return found[0] if found else None

    async def queue(self, queue: Queue) -> Sequence[Stored[Request]]:
        """The requests of a staff list, the oldest first."""
        return await self.requests.find_by(
            _where(queue), order_by="submitted_at", limit=queue.limit, skip=queue.skip
        )

    async def queue_length(self, queue: Queue) -> int:
        """How many requests a staff list would hold without its limit."""
        return await self.requests.count_by(_where(queue))

    async def overdue(self, today: date, limit: int) -> Sequence[Stored[Request]]:
        """Open requests whose applicant had until before `today` to do something."""
        where = {
            "open": True,
            "stage": AnyOf([int(stage) for stage in _AWAITING]),
            "due_on": AtMost((today - timedelta(days=1)).isoformat()),
        }
        return await self.requests.find_by(where, order_by="due_on", limit=limit)

    async def files_of(self, identifier_digest: str) -> Sequence[Stored[MedicalFile]]:
        """The data bank's files of that number, the latest first."""
        return await self.files.find_by({"identifier_digest": identifier_digest}, order_by="-created_at")

    async def find_file_of(self, person_id: str) -> Stored[MedicalFile] | None:
        """The person's medical file."""
        found = await self.files.find_by({"person_id": person_id}, order_by="-created_at", limit=1)
        return found[0] if found else None

    async def persons_of(self, identifier_digest: str) -> Sequence[Stored[Person]]:
        """The accounts of that number."""
        return await self.persons.find_by({"identifier_digest": identifier_digest})

    async def all_centres(self) -> Sequence[Centre]:
        """Every centre, by its code."""
        return [stored.value for stored in await self.centres.find_by({}, order_by="code", limit=_MANY)]


def _where(queue: Queue) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if queue.centres is not None:
        where["centre"] = AnyOf(list(queue.centres))
    if queue.only_open:
        where["open"] = True
    if queue.stage is not None:
        where["stage"] = int(queue.stage)
    if queue.in_committee is not None:
        where["in_committee"] = queue.in_committee
    return where
