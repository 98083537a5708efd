"""What anybody may read: the list of centres and the forms to download."""

from __future__ import annotations

from fastapi import APIRouter, Response

from libs.chassis.web.access import AnyCaller
from services.requests.domain.centre import Centre
from services.requests.handlers import citizen
from services.requests.pages.presenting import FORM_KINDS
from services.requests.pages.screen import ScreenNeeded

router = APIRouter()


@router.get("/centres")
async def centres(screen: ScreenNeeded, caller: AnyCaller) -> Response:
    """List the centres by region."""
    regions: dict[str, list[Centre]] = {}
    for centre in sorted(await screen.deps.store.all_centres(), key=lambda one: (one.region, one.code)):
        regions.setdefault(centre.region_in(screen.lang), []).append(centre)
    return screen.show(caller, "centres.html", regions=regions, lang=screen.lang)


@router.get("/forms")
async def forms(screen: ScreenNeeded, caller: AnyCaller) -> Response:
    """List the forms to download."""
    return screen.show(caller, "forms.html", forms=FORM_KINDS, mine=caller.kind == "person")


@router.get("/forms/{kind}.pdf")
async def form_file(screen: ScreenNeeded, caller: AnyCaller, kind: str, mine: str = "") -> Response:
    """Hand out a form, blank or with the caller's number, birth date and reference in it."""
    filled_for = caller if mine and caller.kind == "person" else None
    content = await citizen.print_form(screen.deps, kind, filled_for)
    headers = {"Content-Disposition": f'inline; filename="khadamaty-{kind}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
