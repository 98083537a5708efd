"""The decision on a request: admission, opinion, approval, refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import structlog

from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.contracts.requests import DisabilityLine
from services.requests.domain import committee
from services.requests.domain.request import RefusalReason, Request
from services.requests.domain.stages import Actor
from services.requests.handlers import facts
from services.requests.handlers.staff import get_file_for, get_medical_file
from services.requests.ports import Deps

log = structlog.get_logger(__name__)


async def admit_request(deps: Deps, caller: Caller, request_id: str) -> Request:
    """Declare the file admissible: it goes before the committee (2 to 2C). For the centre's head.

    Raises:
        WrongStage: It isn't at stage 2.
        MedicalFileIncomplete: There's no complete medical file.
        SamePerson: The caller checked it.
    """
    stored = await get_file_for(deps, caller, request_id, (Role.COAPH_HEAD,))
    file = (await get_medical_file(deps, stored.value)).value
    after = committee.admit(stored.value, file, Actor.staff(caller.id), deps.clock.now())
    await deps.store.requests.save(stored, after)
    log.info("request.admitted", request_id=request_id)
    return after


async def enter_opinion(
    deps: Deps,
    caller: Caller,
    request_id: str,
    lines: Sequence[DisabilityLine],
    valid_until: date | None,
) -> Request:
    """Enter the committee's favourable opinion, to be confirmed by its chair. For its doctor.

    Raises:
        WrongStage: It isn't before the committee.
        OpinionUnusable: No line, a category twice, or a last day that doesn't fit the durations.
    """
    stored = await get_file_for(deps, caller, request_id, (Role.COMMITTEE_DOCTOR,))
    by = Actor.staff(caller.id)
    after = committee.give_opinion(stored.value, lines, valid_until, by, deps.clock.now())
    await deps.store.requests.save(stored, after)
    log.info("request.opinion_given", request_id=request_id)
    return after


async def approve_request(deps: Deps, caller: Caller, request_id: str) -> Request:
    """Confirm the opinion: the certificate will be prepared (2C to 4). For the committee's chair.

    Raises:
        WrongStage: It isn't before the committee.
        OpinionMissing: The doctor hasn't given an opinion.
        SamePerson: The caller gave it.
    """
    stored = await get_file_for(deps, caller, request_id, (Role.COMMITTEE_CHAIR,))
    now = deps.clock.now()
    after = committee.approve(stored.value, Actor.staff(caller.id), now)
    holder = (await get_medical_file(deps, after)).value.holder
    centre = (await deps.store.centres.get(after.centre)).value
    fact = facts.approved(after, committee.approved_opinion(after), holder, centre, now)
    await deps.store.requests.save(stored, after, [fact])
    log.info("request.approved", request_id=request_id)
    return after


async def refuse_request(
    deps: Deps, caller: Caller, request_id: str, reason: RefusalReason, text: str
) -> Request:
    """Refuse, with reasons (2 or 2C to 8). For the centre's head before the committee, for its chair there.

    Raises:
        WrongStage: It isn't at stage 2.
        ReasonMissing: The text is empty.
        SamePerson: The caller has had a say on it.
    """
    seen = await get_file_for(deps, caller, request_id, (Role.COAPH_HEAD, Role.COMMITTEE_CHAIR))
    role = Role.COMMITTEE_CHAIR if seen.value.in_committee else Role.COAPH_HEAD
    stored = await get_file_for(deps, caller, request_id, (role,))
    now = deps.clock.now()
    after = committee.refuse(stored.value, reason, text, Actor.staff(caller.id), now)
    await deps.store.requests.save(stored, after, [facts.refused(after, now)])
    log.info("request.refused", request_id=request_id)
    return after
