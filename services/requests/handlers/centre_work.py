"""What the centre's staff do: file at the desk, deposit, entry, check, completion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.errors import NotFound
from libs.chassis.web.caller import Caller
from libs.contracts.people import Identifier, Precision, Sex
from services.requests.domain import centre_work
from services.requests.domain.medical_file import Holder, MedicalFile
from services.requests.domain.person import Person
from services.requests.domain.request import Piece, Request
from services.requests.domain.stages import Actor, Channel, Stage
from services.requests.errors import PersonUnknown
from services.requests.handlers import facts
from services.requests.handlers.citizen import SubmitRequest, file_for
from services.requests.handlers.staff import AGENTS, get_file_for, get_medical_file
from services.requests.ports import Deps

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class FileEntry:
    """What an agent reads off the papers; number and birth date come from the account."""

    birth_precision: Precision
    sex: Sex
    birth_place: str
    arabic_family_name: str
    arabic_given_name: str
    latin_family_name: str
    latin_given_name: str
    tifinagh_name: str = ""
    address: str = ""


async def find_account(deps: Deps, identifier: Identifier, birth_date: date) -> Person | None:
    """The account of that number and that birth date."""
    found = await deps.store.persons_of(deps.look_up(identifier))
    matching = [stored.value for stored in found if stored.value.known.birth_date == birth_date]
    return next((person for person in matching if person.active), None)


async def file_at_desk(
    deps: Deps, caller: Caller, identifier: Identifier, birth_date: date, command: SubmitRequest
) -> Request:
    """File a request for somebody who stands at the desk and has an account.

    Raises:
        NotFound: The centre isn't one of the caller's.
        PersonUnknown: No account has that number and that birth date.
        OpenRequestExists: They have an open request; `details` name it.
    """
    if command.centre not in caller.centres:
        raise NotFound
    person = await find_account(deps, identifier, birth_date)
    if person is None:
        raise PersonUnknown
    return await file_for(deps, person, command, Actor.staff(caller.id), Channel.DESK)


async def register_deposit(deps: Deps, caller: Caller, request_id: str) -> Request:
    """Register that the person brought the paper file (0 to 1).

    Raises:
        WrongStage: It isn't at stage 0.
    """
    stored = await get_file_for(deps, caller, request_id, AGENTS)
    now = deps.clock.now()
    after = centre_work.deposit(stored.value, Actor.staff(caller.id), now, deps.terms)
    await deps.store.requests.save(stored, after, [facts.deposited(after, now)])
    log.info("request.deposited", request_id=request_id)
    return after


async def enter_medical_file(deps: Deps, caller: Caller, request_id: str, entry: FileEntry) -> MedicalFile:
    """Enter or change what the medical file says of its holder (stage 1).

    The file is written first and the request that refers to it second; its id follows from the request, so a
    crash between the two leaves nothing to clean up.

    Raises:
        WrongStage: It isn't at stage 1.
    """
    stored = await get_file_for(deps, caller, request_id, AGENTS)
    request = stored.value.stands_at(Stage.ENTRY)
    file = await _write_file(deps, request, _holder(request, entry))
    after = centre_work.enter(request, file, Actor.staff(caller.id), deps.clock.now())
    await deps.store.requests.save(stored, after)
    log.info("medical_file.entered", request_id=request_id, file_id=file.id)
    return file


async def finish_entry(deps: Deps, caller: Caller, request_id: str) -> Request:
    """Declare data and scans compared with the paper and good (1 to 2).

    Raises:
        WrongStage: It isn't at stage 1.
        MedicalFileIncomplete: Data or scans are missing.
        NotFound: No medical file was entered.
    """
    stored = await get_file_for(deps, caller, request_id, AGENTS)
    request = stored.value.stands_at(Stage.ENTRY)
    held = await get_medical_file(deps, request)
    now = deps.clock.now()
    checked = held.value.checked_by(caller.id, now)
    after = centre_work.finish_entry(request, checked, Actor.staff(caller.id), now)
    await deps.store.files.save(held, checked)
    await deps.store.requests.save(stored, after)
    log.info("request.checked", request_id=request_id)
    return after


async def request_completion(
    deps: Deps, caller: Caller, request_id: str, pieces: Sequence[Piece], note: str
) -> Request:
    """Ask for everything that is missing, once (2 to 3).

    Raises:
        WrongStage: It isn't at stage 2, or is before the committee.
        CompletionAlreadyAsked: It was asked before.
        NothingMissing: `pieces` is empty.
    """
    stored = await get_file_for(deps, caller, request_id, AGENTS)
    by, now = Actor.staff(caller.id), deps.clock.now()
    after = centre_work.ask_completion(stored.value, pieces, note, by, now, deps.terms)
    if after.completion is None:
        raise after.misplaced()
    await deps.store.requests.save(stored, after, [facts.completion_requested(after, after.completion)])
    log.info("request.completion_asked", request_id=request_id, pieces=len(pieces))
    return after


async def receive_completion(deps: Deps, caller: Caller, request_id: str) -> Request:
    """Register that the missing pieces came (3 to 1).

    Raises:
        WrongStage: It isn't at stage 3.
    """
    stored = await get_file_for(deps, caller, request_id, AGENTS)
    after = centre_work.complete(stored.value, Actor.staff(caller.id), deps.clock.now())
    await deps.store.requests.save(stored, after, [facts.completion_received(after)])
    log.info("request.completed", request_id=request_id)
    return after


def _holder(request: Request, entry: FileEntry) -> Holder:
    applicant = request.applicant
    return Holder(
        identifier=applicant.identifier,
        birth_date=applicant.birth_date,
        birth_precision=entry.birth_precision,
        sex=entry.sex,
        birth_place=entry.birth_place,
        arabic_family_name=entry.arabic_family_name,
        arabic_given_name=entry.arabic_given_name,
        latin_family_name=entry.latin_family_name,
        latin_given_name=entry.latin_given_name,
        tifinagh_name=entry.tifinagh_name,
        address=entry.address,
    )


async def _write_file(deps: Deps, request: Request, holder: Holder) -> MedicalFile:
    held = await _find_held(deps, request)
    if held is not None:
        file = held.value.entered(holder)
        await deps.store.files.save(held, file)
        return file
    file = MedicalFile(
        id=request.id,
        identifier_digest=deps.look_up(holder.identifier),
        owner_id=request.person_id,
        person_id=request.person_id,
        created_at=deps.clock.now(),
        personal=holder,
    )
    await deps.store.files.insert(file.id, file)
    return file


async def _find_held(deps: Deps, request: Request) -> Stored[MedicalFile] | None:
    if request.file_id is not None:
        return await deps.store.files.find(request.file_id)
    return await deps.store.find_file_of(request.person_id)
