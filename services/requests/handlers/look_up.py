"""What the data bank knows of an applicant, and the account's claim on the file that it holds."""

from __future__ import annotations

from dataclasses import replace

import structlog

from libs.chassis.delivery import Delivery
from libs.contracts.requests import RequestSubmitted
from services.requests.domain.filing import awaits_look_up, file_found, file_missing
from services.requests.domain.medical_file import MedicalFile, Scan
from services.requests.domain.request import Request
from services.requests.handlers import facts
from services.requests.ports import Deps

log = structlog.get_logger(__name__)


async def on_request_submitted(deps: Deps, delivery: Delivery[RequestSubmitted]) -> None:
    """Look the applicant up by number and full birth date, and say what was found."""
    stored = await deps.store.requests.get_for(delivery, delivery.event.request_id)
    request = stored.value
    if not awaits_look_up(request):
        await deps.store.requests.save(stored, request, applied=delivery)
        return
    now = deps.clock.now()
    found, conflict = await _search(deps, request)
    if found is not None:
        file = await _linked(deps, found.id, request.person_id)
        after = file_found(request, file, now, deps.terms)
        fact = facts.file_found(after)
    else:
        after = file_missing(request, now, conflict)
        fact = facts.file_missing(after)
    await deps.store.requests.save(stored, after, [fact], applied=delivery)
    log.info("request.looked_up", request_id=request.id, found=found is not None)


async def _search(deps: Deps, request: Request) -> tuple[MedicalFile | None, MedicalFile | None]:
    """The file that is the applicant's, else one of that number that isn't."""
    applicant = request.applicant
    files = [stored.value for stored in await deps.store.files_of(deps.look_up(applicant.identifier))]
    complete = [file for file in files if file.complete]
    own = [
        file
        for file in complete
        if file.is_of(applicant.birth_date) and file.person_id in {None, request.person_id}
    ]
    others = [file for file in complete if not file.is_of(applicant.birth_date)]
    return next(iter(own), None), next(iter(others), None)


async def _linked(deps: Deps, file_id: str, person_id: str) -> MedicalFile:
    """The file under the person's own key, its scans too; done once, and safe to do again."""
    stored = await deps.store.files.get(file_id)
    file = stored.value
    if file.owner_id == person_id:
        return file
    scans = tuple([await _resealed(deps, file, scan, person_id) for scan in file.scans])
    after = file.linked(person_id, scans)
    for old in file.scans:
        await deps.scans.doubt(old.id)
    await deps.store.files.save(stored, after)
    for old, new in zip(file.scans, scans, strict=True):
        await deps.scans.confirm(new.id)
        await deps.scans.remove(old.id)
    log.info("medical_file.linked", file_id=file_id, scans=len(scans))
    return after


async def _resealed(deps: Deps, file: MedicalFile, scan: Scan, person_id: str) -> Scan:
    content = await deps.scans.read(scan.id, file.owner_id)
    copy = replace(scan, id=deps.new_id())
    await deps.scans.write(copy.id, file.id, person_id, content)
    return copy
