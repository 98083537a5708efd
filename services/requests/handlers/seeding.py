"""What a new installation starts with: the centres, and a data bank to try out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from libs.chassis.errors import Duplicate
from services.requests.domain.centre import Centre
from services.requests.domain.medical_file import Holder, MedicalFile, Scan, ScanKind
from services.requests.ports import Deps


@dataclass(frozen=True)
class BankedFile:
    """A medical file that was digitised before the platform: nobody has an account for it yet.

    Attributes:
        id: Fixed, so that a second seed changes nothing.
        scan: A PDF file.
    """

    id: str
    holder: Holder
    scan: bytes


async def register_centre(deps: Deps, centre: Centre) -> bool:
    """Add a centre, or bring its names up to date; what was verified or closed since stays so.

    Returns:
        Whether anything was written.
    """
    stored = await deps.store.centres.find(centre.code)
    if stored is None:
        await deps.store.centres.insert(centre.code, centre)
        return True
    known = stored.value
    wanted = Centre(
        centre.code,
        centre.name_ar,
        centre.name_fr,
        centre.region,
        centre.region_ar,
        centre.region_fr,
        active=known.active,
        verified=known.verified,
    )
    if wanted == known:
        return False
    await deps.store.centres.save(stored, wanted)
    return True


async def register_centres(deps: Deps, centres: Iterable[Centre]) -> int:
    """Add centres.

    Returns:
        How many were written.
    """
    return sum([await register_centre(deps, centre) for centre in centres])


async def bank_file(deps: Deps, banked: BankedFile) -> bool:
    """Put a digitised file into the data bank, under a key of its own.

    Returns:
        Whether it was new.
    """
    if await deps.store.files.find(banked.id) is not None:
        return False
    await deps.vault.create(banked.id)
    now = deps.clock.now()
    inspected = await deps.inspector.inspect(banked.scan)
    scan = Scan(
        id=f"{banked.id}-scan",
        kind=ScanKind.MEDICAL_FILE,
        media_type=inspected.media_type,
        size_bytes=len(inspected.content),
        sha256=sha256(inspected.content).hexdigest(),
        pages=inspected.pages,
        uploaded_by="",
        uploaded_at=now,
    )
    file = MedicalFile(
        id=banked.id,
        identifier_digest=deps.look_up(banked.holder.identifier),
        owner_id=banked.id,
        person_id=None,
        created_at=now,
    )
    file = file.entered(banked.holder).with_scan(scan).checked_by("", now)
    await deps.scans.write(scan.id, file.id, file.owner_id, inspected.content)
    try:
        await deps.store.files.insert(file.id, file)
    except Duplicate:
        return False
    await deps.scans.confirm(scan.id)
    return True
