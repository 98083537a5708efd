"""What holders see of their certificates."""

from __future__ import annotations

from collections.abc import Sequence

from libs.chassis.aggregates import Stored
from libs.chassis.delivery import Fact
from libs.chassis.errors import NotFound, Stale
from libs.chassis.web.caller import Caller
from services.certificates.domain import facts
from services.certificates.domain.certificate import Certificate, note_download
from services.certificates.handlers.work import read_newest
from services.certificates.ports import Deps


async def list_own(deps: Deps, holder: Caller) -> Sequence[Certificate]:
    """The caller's issued certificates, the newest first."""
    return [stored.value for stored in await deps.queries.of_person(holder.id)]


async def find_own(deps: Deps, holder: Caller, certificate_id: str) -> Certificate | None:
    """The caller's own issued certificate of that id, or None."""
    stored = await deps.queries.find_of_person(holder.id, certificate_id)
    return stored.value if stored else None


async def open_own_paper(deps: Deps, holder: Caller, certificate_id: str) -> bytes:
    """The PDF for its holder; the first time is noted and told.

    Raises:
        NotFound: There's none, or it is somebody else's.
    """
    stored = await deps.queries.find_of_person(holder.id, certificate_id)
    if stored is None:
        raise NotFound
    pdf = await read_newest(deps, stored.value)
    if stored.value.downloaded_at is None:
        await _note(deps, stored)
    return pdf


async def _note(deps: Deps, stored: Stored[Certificate]) -> None:
    now = deps.clock.now()
    after = note_download(stored.value, now)
    try:
        await deps.certificates.save(stored, after, [Fact(facts.downloaded(after, now))])
    except Stale:
        # Most likely a second click was faster; if it was another change, the next download is noted.
        return
