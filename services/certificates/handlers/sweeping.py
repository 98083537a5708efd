"""What a crash may have left half done is finished: signatures under way, numbers without a certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.clock import civil_date
from libs.chassis.errors import ServiceError
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.number import VoidReason
from services.certificates.handlers.life import finish_order
from services.certificates.handlers.reminding import remind_expiring
from services.certificates.handlers.signing import resume_signing
from services.certificates.ports import Deps

log = structlog.get_logger(__name__)

RESUME_AFTER = timedelta(minutes=1)
SETTLE_AFTER = timedelta(minutes=5)


async def sweep(deps: Deps) -> None:
    """Finish old work once; what fails stays for the next time and holds nothing else up."""
    now = deps.clock.now()
    for stored in await deps.queries.planned_before(now - RESUME_AFTER):
        await _resume(deps, stored)
    for stored in await deps.queries.approved_before(now - RESUME_AFTER):
        await _carry_out(deps, stored)
    await remind_expiring(deps)
    for stored in await deps.queries.unsettled_before(now - SETTLE_AFTER):
        await _settle(deps, stored, now)
    for stored in await deps.queries.loosened_before(now - SETTLE_AFTER):
        await _settle_loose(deps, stored, now)
    year = civil_date(now).year
    for counted in (year - 1, year):
        lost = await deps.numbers.void_lost(counted, now - SETTLE_AFTER, now)
        if lost:
            log.warning("numbers.lost", year=counted, count=lost)


async def _resume(deps: Deps, stored: Stored[Certificate]) -> None:
    try:
        await resume_signing(deps, stored)
    except ServiceError as error:
        log.warning("signing.not_resumed", certificate_id=stored.id, reason=error.slug)


async def _carry_out(deps: Deps, stored: Stored[Certificate]) -> None:
    """Carry out a change of status that was confirmed before a crash."""
    try:
        await finish_order(deps, stored.id)
    except ServiceError as error:
        log.warning("order.not_carried_out", certificate_id=stored.id, reason=error.slug)


async def _settle(deps: Deps, stored: Stored[Certificate], now: datetime) -> None:
    """Record a cancelled file's number as void: also one that was taken while the file was cancelled."""
    try:
        await deps.numbers.void(stored.id, VoidReason.WITHDRAWN, now)
        await deps.certificates.save(stored, replace(stored.value, number_settled=True))
    except ServiceError as error:
        log.warning("number.not_settled", certificate_id=stored.id, reason=error.slug)


async def _settle_loose(deps: Deps, stored: Stored[Certificate], now: datetime) -> None:
    """Record the numbers of dropped corrections as void; one that was dropped a moment ago waits."""
    old = [loose for loose in stored.value.loose_numbers if loose.since <= now - SETTLE_AFTER]
    left = tuple(loose for loose in stored.value.loose_numbers if loose not in old)
    try:
        for loose in old:
            await deps.numbers.void(loose.owner, VoidReason.DROPPED, now)
        await deps.certificates.save(stored, replace(stored.value, loose_numbers=left))
    except ServiceError as error:
        log.warning("number.not_settled", certificate_id=stored.id, reason=error.slug)
