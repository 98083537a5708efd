"""Reminds holders of the end: 90, 60 and 30 days before the last day, each once."""

from __future__ import annotations

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.clock import civil_date
from libs.chassis.delivery import Fact
from libs.chassis.errors import ServiceError
from services.certificates.domain import facts, life
from services.certificates.domain.certificate import Certificate
from services.certificates.ports import Deps

log = structlog.get_logger(__name__)


async def remind_expiring(deps: Deps) -> None:
    """Tell of every certificate whose next reminder is due; what fails stays for the next time."""
    for stored in await deps.queries.to_remind(civil_date(deps.clock.now())):
        try:
            await _remind(deps, stored)
        except ServiceError as error:
            log.warning("reminder.not_told", certificate_id=stored.id, reason=error.slug)


async def _remind(deps: Deps, stored: Stored[Certificate]) -> None:
    """Note the reminder and tell it in the same write, so that it is told once."""
    after, days = life.remind(stored.value, civil_date(deps.clock.now()))
    until = after.valid_until
    told = [] if days is None or until is None else [Fact(facts.expiring(after, days, until))]
    await deps.certificates.save(stored, after, told)
