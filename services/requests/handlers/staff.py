"""Who of the staff may see and do what: the roles of a centre only its files, central roles all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from libs.chassis.aggregates import Stored
from libs.chassis.errors import NotFound
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import Forbidden
from libs.contracts.people import Role
from services.requests.domain.medical_file import MedicalFile
from services.requests.domain.request import Request
from services.requests.ports import Deps, Queue

CENTRE_ROLES: Final = (Role.COAPH_AGENT, Role.COAPH_HEAD, Role.REGIONAL_AGENT)
CENTRAL_ROLES: Final = (Role.CENTRAL_AGENT, Role.COMMITTEE_DOCTOR, Role.COMMITTEE_CHAIR)
READERS: Final = (*CENTRE_ROLES, *CENTRAL_ROLES)
AGENTS: Final = (Role.COAPH_AGENT, Role.COAPH_HEAD)


@dataclass(frozen=True)
class QueuePage:
    """One page of a staff list.

    Attributes:
        total: How many there are on all pages.
    """

    requests: Sequence[Request]
    total: int


def centres_of(caller: Caller) -> Sequence[str] | None:
    """The codes of the centres whose files the caller may see; None for all."""
    if caller.roles & set(CENTRAL_ROLES):
        return None
    return sorted(caller.centres) if caller.roles & set(CENTRE_ROLES) else ()


def may_see(caller: Caller, centre: str) -> bool:
    """Whether the caller may see the files of that centre."""
    centres = centres_of(caller)
    return centres is None or centre in centres


async def get_file_for(
    deps: Deps, caller: Caller, request_id: str, roles: Sequence[Role] = READERS
) -> Stored[Request]:
    """A request that the caller may see, and for which one of `roles` is held.

    Raises:
        NotFound: There's none by that id, or it is another centre's.
        Forbidden: The caller holds none of the roles.
    """
    stored = await deps.store.requests.find(request_id)
    if stored is None or not may_see(caller, stored.value.centre):
        raise NotFound
    if not caller.roles & set(roles):
        raise Forbidden
    if not caller.roles & set(CENTRAL_ROLES) & set(roles) and stored.value.centre not in caller.centres:
        raise NotFound
    return stored


async def find_medical_file(deps: Deps, request: Request) -> Stored[MedicalFile] | None:
    """The medical file of a request, once there is one."""
    return await deps.store.files.find(request.file_id) if request.file_id else None


async def get_medical_file(deps: Deps, request: Request) -> Stored[MedicalFile]:
    """The medical file of a request.

    Raises:
        NotFound: None was entered or found yet.
    """
    stored = await find_medical_file(deps, request)
    if stored is None:
        raise NotFound
    return stored


async def list_queue(deps: Deps, caller: Caller, queue: Queue) -> QueuePage:
    """A list of requests, only of centres that the caller may see; `queue.centres` narrows it further."""
    allowed = centres_of(caller)
    centres = queue.centres
    if allowed is not None:
        centres = allowed if centres is None else [code for code in centres if code in allowed]
    narrowed = Queue(centres, queue.stage, queue.in_committee, queue.only_open, queue.limit, queue.skip)
    found = await deps.store.queue(narrowed)
    return QueuePage([stored.value for stored in found], await deps.store.queue_length(narrowed))


async def find_by_reference(deps: Deps, caller: Caller, reference: str) -> Request | None:
    """The request of that reference, if the caller may see it."""
    stored = await deps.store.find_reference(reference)
    return stored.value if stored and may_see(caller, stored.value.centre) else None
