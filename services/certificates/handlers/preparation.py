"""The staff's way from the draft to the number, and back."""

from __future__ import annotations

from datetime import datetime

from libs.chassis.aggregates import Stored
from libs.chassis.clock import civil_date
from libs.chassis.delivery import Fact
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import Forbidden
from libs.contracts.certificates import CertificateEvent
from libs.contracts.people import Role
from services.certificates.domain import certificate as steps
from services.certificates.domain import facts
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.page import preview_of
from services.certificates.domain.reissue import number_owner
from services.certificates.domain.version import Approval, VersionKind
from services.certificates.handlers.work import load_file
from services.certificates.ports import Deps

RETURNED_BY = {
    Stage.CONTROL: Role.CONTROLLER,
    Stage.RECORDING: Role.REGISTRAR,
    Stage.SIGNATURE: Role.SIGNATORY,
}
"""Who may give a file back from each stage: whoever would work on it there."""


async def draft(deps: Deps, officer: Caller, certificate_id: str) -> None:
    """The officer confirms the draft; a page that can't be set is told now, not at the signature.

    Raises:
        NotFound: There's no such file.
        WrongStage: It isn't being drafted.
        FourEyes: This officer once controlled it.
        Unprintable: A value can't be set.
    """
    now = deps.clock.now()
    stored = await load_file(deps, officer, certificate_id)
    after = steps.draft(stored.value, officer.id, now)
    await deps.printer.print_preview(preview_of(after, civil_date(now), deps.origin))
    await deps.certificates.save(stored, after, _of_request(after, facts.drafted(after)))


async def check(deps: Deps, controller: Caller, certificate_id: str) -> None:
    """The controller finds it correct.

    Raises:
        NotFound: There's no such file.
        WrongStage: It isn't under control.
        FourEyes: This controller once drafted it.
    """
    stored = await load_file(deps, controller, certificate_id)
    await _check(deps, stored, controller.id)


async def check_file(deps: Deps, stored: Stored[Certificate], approval: Approval) -> None:
    """The controller finds it correct, as one of many.

    Raises:
        WrongStage: It isn't under control.
        FourEyes: This controller once drafted it.
    """
    await _check(deps, stored, approval.signatory_id)


async def _check(deps: Deps, stored: Stored[Certificate], controller_id: str) -> None:
    after = steps.check(stored.value, controller_id, deps.clock.now())
    await deps.certificates.save(stored, after, _of_request(after, facts.checked(after)))


async def give_back(deps: Deps, staff: Caller, certificate_id: str, reason: str) -> None:
    """It goes back to drafting; where its holder withdrew meanwhile, it ends there.

    Raises:
        NotFound: There's no such file.
        WrongStage: It can't go back from where it is.
        Forbidden: It waits for somebody with another role.
        SigningUnderway: The signatory has approved it.
    """
    stored = await load_file(deps, staff, certificate_id)
    steps.need_stage(stored.value, *RETURNED_BY)
    if RETURNED_BY[stored.value.stage] not in staff.roles:
        raise Forbidden
    after = steps.give_back(stored.value, staff.id, reason, deps.clock.now())
    told = _of_request(after, facts.returned(after, stored.value.stage))
    if after.stage is Stage.CANCELLED:
        told.append(Fact(facts.cancelled(after)))
    await deps.certificates.save(stored, after, told)


async def register(deps: Deps, registrar: Caller, certificate_id: str) -> str:
    """The registrar gives it its number; one that it had before stays, save for a correction (ADR 8).

    Raises:
        NotFound: There's no such file.
        WrongStage: It isn't being recorded.
    """
    return await _register(deps, await load_file(deps, registrar, certificate_id), registrar.id)


async def register_file(deps: Deps, stored: Stored[Certificate], approval: Approval) -> None:
    """The registrar gives it its number, as one of many.

    Raises:
        WrongStage: It isn't being recorded.
    """
    await _register(deps, stored, approval.signatory_id)


async def _register(deps: Deps, stored: Stored[Certificate], registrar_id: str) -> str:
    now = deps.clock.now()
    steps.need_stage(stored.value, Stage.RECORDING)
    number = await _number_of(deps, stored.value, now)
    after = steps.register(stored.value, registrar_id, number, now)
    await deps.certificates.save(stored, after, _of_request(after, facts.registered(after, number)))
    return number


async def _number_of(deps: Deps, certificate: Certificate, now: datetime) -> str:
    """A duplicate has the number of what was lost, everything else one of its own."""
    if certificate.newest is not None and certificate.next_kind is VersionKind.DUPLICATE:
        return certificate.newest.number
    return await deps.numbers.take(civil_date(now).year, number_owner(certificate), now)


def _of_request(certificate: Certificate, fact: CertificateEvent) -> list[Fact]:
    """What is told of a first version's way; that of another version isn't the request's any more."""
    return [] if certificate.versions else [Fact(fact)]
