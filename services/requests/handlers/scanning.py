"""Scans of a medical file: bytes first, then the reference in the file's own write; orphans are swept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

import structlog

from libs.chassis.errors import NotFound
from libs.chassis.web.caller import Caller
from services.requests.domain.medical_file import MedicalFile, Scan, ScanKind
from services.requests.domain.stages import Stage
from services.requests.handlers.staff import AGENTS, get_file_for, get_medical_file
from services.requests.ports import Deps

log = structlog.get_logger(__name__)

ORPHAN_AFTER: Final = timedelta(hours=1)
_SWEPT_AT_ONCE: Final = 200


@dataclass(frozen=True)
class ReadScan:
    """A scan with its bytes."""

    scan: Scan
    content: bytes


async def add_scan(deps: Deps, caller: Caller, request_id: str, kind: ScanKind, content: bytes) -> Scan:
    """Add a scan to the medical file of a request (stage 1).

    Raises:
        WrongStage: It isn't at stage 1.
        NotFound: No medical file was entered.
        ScanUnusable: The upload can't be read, or goes beyond a limit.
        TooManyScans: The file is full.
    """
    stored = await get_file_for(deps, caller, request_id, AGENTS)
    held = await get_medical_file(deps, stored.value.stands_at(Stage.ENTRY))
    inspected = await deps.inspector.inspect(content)
    scan = Scan(
        id=deps.new_id(),
        kind=kind,
        media_type=inspected.media_type,
        size_bytes=len(inspected.content),
        sha256=sha256(inspected.content).hexdigest(),
        pages=inspected.pages,
        uploaded_by=caller.id,
        uploaded_at=deps.clock.now(),
    )
    after = held.value.with_scan(scan)
    await deps.scans.write(scan.id, after.id, after.owner_id, inspected.content)
    await deps.store.files.save(held, after)
    await deps.scans.confirm(scan.id)
    log.info("scan.added", request_id=request_id, scan_id=scan.id, pages=scan.pages)
    return scan


async def remove_scan(deps: Deps, caller: Caller, request_id: str, scan_id: str) -> MedicalFile:
    """Take a scan out of the medical file of a request (stage 1): the reference first, then the bytes.

    A crash between the two leaves doubted bytes to the sweep.

    Raises:
        WrongStage: It isn't at stage 1.
        NotFound: The file holds no such scan.
    """
    stored = await get_file_for(deps, caller, request_id, AGENTS)
    held = await get_medical_file(deps, stored.value.stands_at(Stage.ENTRY))
    if held.value.find_scan(scan_id) is None:
        raise NotFound
    after = held.value.without_scan(scan_id)
    await deps.scans.doubt(scan_id)
    await deps.store.files.save(held, after)
    await deps.scans.remove(scan_id)
    log.info("scan.removed", request_id=request_id, scan_id=scan_id)
    return after


async def read_scan(deps: Deps, caller: Caller, request_id: str, scan_id: str) -> ReadScan:
    """A scan of a request that the caller may see.

    Raises:
        NotFound: There's no such request, file or scan for this caller.
    """
    stored = await get_file_for(deps, caller, request_id)
    file = (await get_medical_file(deps, stored.value)).value
    scan = file.find_scan(scan_id)
    if scan is None:
        raise NotFound
    return ReadScan(scan, await deps.scans.read(scan_id, file.owner_id))


async def sweep_scans(deps: Deps) -> int:
    """Remove bytes whose reference was never written, and confirm those that only missed their mark.

    Returns:
        How many were removed.
    """
    removed = 0
    for kept in await deps.scans.unconfirmed(deps.clock.now() - ORPHAN_AFTER, _SWEPT_AT_ONCE):
        stored = await deps.store.files.find(kept.file_id)
        if stored is not None and stored.value.find_scan(kept.scan_id) is not None:
            await deps.scans.confirm(kept.scan_id)
            continue
        await deps.scans.remove(kept.scan_id)
        removed += 1
    if removed:
        log.info("scans.swept", removed=removed)
    return removed
