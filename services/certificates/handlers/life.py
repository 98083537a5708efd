"""Suspension, resumption and revocation: one of the staff asks, the signatory confirms, one write does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.delivery import Fact
from libs.chassis.errors import ServiceError, Stale
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from services.certificates.domain import facts, life
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.orders import Grounds, OrderKind, RevocationReason, Seizure
from services.certificates.domain.version import Approval
from services.certificates.errors import NothingAsked
from services.certificates.handlers.logging import record_changes
from services.certificates.handlers.publishing import told_of
from services.certificates.handlers.signing import resume_signing
from services.certificates.handlers.work import load_file
from services.certificates.ports import Deps

log = structlog.get_logger(__name__)

ASKING_ROLES = (Role.CERTIFICATE_OFFICER, Role.CONTROLLER, Role.REGISTRAR, Role.CENTRAL_AGENT)
"""Who may ask for another status; the first one that the caller has is noted."""

_TRIES = 5


@dataclass(frozen=True)
class OrderAsked:
    """What somebody of the staff asks for.

    Attributes:
        text: Why, for the signatory; nobody else reads it.
        reason: Of a revocation.
        seizure: Where the paper was seized.
    """

    kind: OrderKind
    text: str
    reason: RevocationReason | None = None
    seizure: Seizure | None = None


async def ask_order(deps: Deps, staff: Caller, certificate_id: str, asked: OrderAsked) -> None:
    """Put another status before the signatory.

    Raises:
        NotFound: There's no such file.
        WrongStage: Nothing is issued.
        OrderUnderway: Something else was asked and isn't decided.
        NotInForce: There's nothing to suspend.
        NotSuspended: There's nothing to resume.
        AlreadyRevoked: It is revoked, or a renewal took its place.
    """
    stored = await load_file(deps, staff, certificate_id)
    role = next(role for role in ASKING_ROLES if role in staff.roles)
    grounds = Grounds(
        asked.kind, deps.clock.now(), staff.id, asked.text, reason=asked.reason, seizure=asked.seizure
    )
    await deps.certificates.save(stored, life.ask_order(stored.value, grounds, role))
    log.info("order.asked", certificate_id=certificate_id, kind=asked.kind.value)


async def decline_order(deps: Deps, signatory: Caller, certificate_id: str) -> None:
    """Leave everything as it is.

    Raises:
        NotFound: There's no such file.
        NothingAsked: Nothing was asked, or it is carried out.
        OrderUnderway: It is confirmed and being carried out.
    """
    stored = await load_file(deps, signatory, certificate_id)
    await deps.certificates.save(stored, life.decline_order(stored.value, signatory.id, deps.clock.now()))
    log.info("order.declined", certificate_id=certificate_id)


async def confirm_order(deps: Deps, signatory: Caller, certificate_id: str) -> None:
    """The signatory confirms: recorded first, then carried out; what a crash interrupts the sweep ends.

    Args:
        deps: The service's parts.
        signatory: Who proved a moment ago who they are.
        certificate_id: Whose order it is.

    Raises:
        NotFound: There's no such file.
        NothingAsked: Nothing was asked, or somebody else was faster.
        FourEyes: The signatory asked for it.
    """

    async def approve() -> None:
        stored = await load_file(deps, signatory, certificate_id)
        order = stored.value.order
        if order is None or order.approval is None:
            now = deps.clock.now()
            approval = Approval(signatory.id, signatory.authenticated_at or now, now)
            await deps.certificates.save(stored, life.approve_order(stored.value, approval))

    await _in_spite_of_others(approve)
    try:
        await finish_order(deps, certificate_id)
    except NothingAsked:
        # The sweep was faster: what was confirmed is carried out.
        return


async def finish_order(deps: Deps, certificate_id: str) -> None:
    """Carry out what is confirmed.

    A signature under way is finished first where it can be: what stands in the log is then told, too.

    Raises:
        NothingAsked: Nothing is confirmed.
        DependencyDown: The log can't be written: the sweep tries again.
    """

    async def carry_out() -> None:
        stored = await _without_plan(deps, certificate_id)
        order = stored.value.order
        after = life.carry_out(stored.value)
        if order is None or order.approval is None:
            raise NothingAsked
        at = order.approval.approved_at
        after = await record_changes(deps, stored.value, after, at)
        told = facts.ordered(after, order.kind, at, tell_holder=not life.is_of_the_dead(after))
        await deps.certificates.save(stored, after, [Fact(told), *told_of(stored.value, after, at)])
        log.info("order.carried_out", certificate_id=certificate_id, kind=order.kind.value)

    await _in_spite_of_others(carry_out)


async def _without_plan(deps: Deps, certificate_id: str) -> Stored[Certificate]:
    """The file, after the signature under way was finished if that is possible now."""
    stored = await deps.certificates.get(certificate_id)
    if stored.value.plan is None:
        return stored
    try:
        await resume_signing(deps, stored)
    except ServiceError as error:
        log.warning("order.signing_not_finished", certificate_id=certificate_id, reason=error.slug)
    return await deps.certificates.get(certificate_id)


async def _in_spite_of_others(act: Callable[[], Awaitable[None]]) -> None:
    """Do `act` again where another write came between: an order may not get lost to a download."""
    for _again in range(_TRIES - 1):
        try:
            return await act()
        except Stale:
            continue
    return await act()
