"""Requests whose applicant let the last day pass are closed."""

from __future__ import annotations

from typing import Final

import structlog

from libs.chassis.clock import civil_date
from libs.chassis.errors import Stale
from services.requests.domain.filing import close_overdue
from services.requests.handlers import facts
from services.requests.ports import Deps

log = structlog.get_logger(__name__)

_CLOSED_AT_ONCE: Final = 100


async def close_overdue_requests(deps: Deps) -> int:
    """Close what is overdue today; another process may do the same at the same time.

    Returns:
        How many were closed here.
    """
    now = deps.clock.now()
    today = civil_date(now)
    closed = 0
    for stored in await deps.store.overdue(today, _CLOSED_AT_ONCE):
        after = close_overdue(stored.value, today, now)
        try:
            await deps.store.requests.save(stored, after, [facts.closed(after, now)])
        except Stale:
            continue
        log.info("request.overdue", request_id=after.id, outcome=str(after.outcome))
        closed += 1
    return closed
