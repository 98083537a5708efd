"""Seals get their time-stamps after the issue, which never waits for them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.errors import ServiceError
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.version import SealLevel, Version
from services.certificates.errors import TimeStampUnavailable
from services.certificates.ports import Deps, TimeStamps

log = structlog.get_logger(__name__)

AT_ONCE = 8


async def stamp_seals(deps: Deps, time_stamps: TimeStamps) -> int:
    """Give every seal that lacks one its time-stamp, until the authority stops answering.

    Returns:
        How many files still wait.
    """
    while found := await deps.queries.unstamped(limit=AT_ONCE):
        done = await asyncio.gather(*(_stamp(deps, time_stamps, stored) for stored in found))
        if not any(done):
            break
    return await deps.queries.count_unstamped()


async def _stamp(deps: Deps, time_stamps: TimeStamps, stored: Stored[Certificate]) -> bool:
    """Stamp what that file lacks; False where nothing came of it."""
    try:
        versions = [await _stamped(time_stamps, version) for version in stored.value.versions]
        await deps.certificates.save(stored, replace(stored.value, versions=tuple(versions)))
    except TimeStampUnavailable:
        return False
    except ServiceError as error:
        log.info("seal.not_stamped", certificate_id=stored.id, reason=error.slug)
        return False
    log.info("seal.stamped", certificate_id=stored.id)
    return True


async def _stamped(time_stamps: TimeStamps, version: Version) -> Version:
    if version.seal.level is not SealLevel.BASELINE_B:
        return version
    return replace(version, seal=await time_stamps.stamp(version.seal))
