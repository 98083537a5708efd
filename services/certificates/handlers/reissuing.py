"""Corrections and duplicates: how another version of an issued certificate begins, and how it is dropped."""

from __future__ import annotations

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.clock import civil_date
from libs.chassis.delivery import Fact
from libs.chassis.errors import NotFound
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.contracts.requests import PrintedPerson
from services.certificates.domain import facts, reissue
from services.certificates.domain.certificate import APPLICANT, Certificate
from services.certificates.domain.version import VersionKind
from services.certificates.handlers.work import load_file
from services.certificates.ports import Deps

log = structlog.get_logger(__name__)


async def ask_duplicate(deps: Deps, holder: Caller, certificate_id: str) -> None:
    """The holder lost the paper.

    Raises:
        NotFound: There's no such certificate of the caller's.
        NotInForce: It isn't valid today.
        ReissueUnderway: Another version is being made already.
    """
    stored = await _own(deps, holder, certificate_id)
    await _open_duplicate(deps, stored, APPLICANT, Role.APPLICANT)


async def open_duplicate(deps: Deps, staff: Caller, certificate_id: str) -> None:
    """The holder came to the desk, or wrote: the paper is lost.

    Raises:
        NotFound: There's no such file, or it isn't the caller's to see.
        NotInForce: It isn't valid today.
        ReissueUnderway: Another version is being made already.
    """
    stored = await load_file(deps, staff, certificate_id)
    role = Role.DELIVERY_DESK if Role.DELIVERY_DESK in staff.roles else Role.CERTIFICATE_OFFICER
    await _open_duplicate(deps, stored, staff.id, role)


async def tell_mistake(deps: Deps, holder: Caller, certificate_id: str, text: str) -> None:
    """The holder says what is wrong; an officer will read it.

    Raises:
        NotFound: There's no such certificate of the caller's.
        AlreadyTold: An earlier word still waits.
        ReissueUnderway: Another version is being made already.
        NotInForce: It isn't valid.
    """
    stored = await _own(deps, holder, certificate_id)
    after = reissue.tell_mistake(stored.value, text, deps.clock.now())
    await deps.certificates.save(stored, after)
    log.info("mistake.told", certificate_id=certificate_id)


async def dismiss_mistake(deps: Deps, officer: Caller, certificate_id: str, reason: str) -> None:
    """The paper says what it should.

    Raises:
        NotFound: There's no such file.
        NothingAsked: Nothing was told, or it was answered.
    """
    now = deps.clock.now()
    stored = await load_file(deps, officer, certificate_id)
    after = reissue.dismiss_mistake(stored.value, officer.id, reason, now)
    told = facts.reissue_dropped(after, VersionKind.CORRECTION, now)
    await deps.certificates.save(stored, after, [Fact(told)])


async def propose_correction(
    deps: Deps, officer: Caller, certificate_id: str, proposed: PrintedPerson
) -> None:
    """Say what a corrected version prints: a new one, or in the place of what was proposed before.

    Raises:
        NotFound: There's no such file.
        NotInForce: It isn't valid today.
        ReissueUnderway: A duplicate is being made.
        WrongStage: The correction is past drafting.
        NothingToCorrect: Nothing would change.
    """
    now = deps.clock.now()
    stored = await load_file(deps, officer, certificate_id)
    under_way = stored.value.reissue
    if under_way is not None and under_way.kind is VersionKind.CORRECTION:
        await deps.certificates.save(stored, reissue.revise_correction(stored.value, proposed))
        return
    after = reissue.open_correction(stored.value, officer.id, proposed, now, civil_date(now))
    await _save_opened(deps, stored, after)


async def drop_reissue(deps: Deps, officer: Caller, certificate_id: str, reason: str) -> None:
    """End a correction or a duplicate before control; what is in force stays so.

    Raises:
        NotFound: There's no such file.
        NothingAsked: No other version is being made.
        WrongStage: It is past drafting.
    """
    now = deps.clock.now()
    stored = await load_file(deps, officer, certificate_id)
    kind = stored.value.next_kind
    after = reissue.drop_reissue(stored.value, officer.id, reason, now)
    await deps.certificates.save(stored, after, [Fact(facts.reissue_dropped(after, kind, now))])
    log.info("reissue.dropped", certificate_id=certificate_id, kind=kind.value)


async def _open_duplicate(deps: Deps, stored: Stored[Certificate], by: str, role: Role) -> None:
    now = deps.clock.now()
    after = reissue.open_duplicate(stored.value, by, role, now, civil_date(now))
    await _save_opened(deps, stored, after)


async def _save_opened(deps: Deps, stored: Stored[Certificate], after: Certificate) -> None:
    told = [Fact(facts.reissue_opened(after, after.reissue))] if after.reissue else []
    await deps.certificates.save(stored, after, told)
    log.info("reissue.opened", certificate_id=stored.id, kind=after.next_kind.value)


async def _own(deps: Deps, holder: Caller, certificate_id: str) -> Stored[Certificate]:
    stored = await deps.queries.find_of_person(holder.id, certificate_id)
    if stored is None:
        raise NotFound
    return stored
