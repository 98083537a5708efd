"""What requests tells: an approval opens a file, a withdrawal closes it where that is still possible."""

from __future__ import annotations

from libs.chassis.delivery import Delivery, Fact
from libs.chassis.errors import AlreadyApplied, Duplicate
from libs.contracts.requests import PrintedPerson, RequestApproved, WithdrawalRequested
from services.certificates.domain import facts
from services.certificates.domain.certificate import Certificate, Stage, withdraw
from services.certificates.domain.personal import Personal
from services.certificates.ports import Deps


async def on_request_approved(deps: Deps, delivery: Delivery[RequestApproved]) -> None:
    """Open the file of an approved request, at stage 4.

    Raises:
        AlreadyApplied: The file is there.
    """
    event = delivery.event
    certificate = Certificate(
        request_id=event.request_id,
        reference=event.reference,
        person_id=event.person_id,
        centre=event.centre,
        centre_name=event.centre_name,
        approved_at=event.approved_at,
        valid_until=event.valid_until,
        moved_at=deps.clock.now(),
        renews=event.renews,
        personal=Personal(delivery.opened(PrintedPerson)),
    )
    try:
        await deps.certificates.insert(event.request_id, certificate, applied=delivery)
    except Duplicate as error:
        raise AlreadyApplied from error


async def on_withdrawal_requested(deps: Deps, delivery: Delivery[WithdrawalRequested]) -> None:
    """Cancel the file before the signature; later only note the wish."""
    stored = await deps.certificates.get_for(delivery, delivery.event.request_id)
    after = withdraw(stored.value, deps.clock.now())
    told = [Fact(facts.cancelled(after))] if _just_cancelled(stored.value, after) else []
    await deps.certificates.save(stored, after, told, applied=delivery)


def _just_cancelled(before: Certificate, after: Certificate) -> bool:
    return after.stage is Stage.CANCELLED and before.stage is not Stage.CANCELLED
