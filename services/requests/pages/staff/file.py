"""One file as the staff sees it: where it stands, what may be done now, everything that happened."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.ui.elements import stage_steps
from services.requests.domain.stages import ActorKind, Move
from services.requests.handlers.offering import ACTS, list_offers
from services.requests.handlers.staff import READERS, find_medical_file, get_file_for
from services.requests.pages.presenting import TONES, told_messages
from services.requests.pages.screen import Screen, ScreenNeeded

router = APIRouter()

Reader = Annotated[Caller, Depends(Allow(*READERS))]

DONE: Final = frozenset({act.name for act in ACTS} | {"new"})
_SHORT: Final = 6


@router.get("/staff/requests/{request_id}")
async def staff_file(
    screen: ScreenNeeded, caller: Reader, request_id: str, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show the file."""
    request = (await get_file_for(screen.deps, caller, request_id)).value
    held = await find_medical_file(screen.deps, request)
    offers = await list_offers(screen.deps, caller, request)
    return screen.show(
        caller,
        "staff/file.html",
        request=request,
        file=held.value if held else None,
        offers=[offer for offer in offers if not offer.refused_for],
        hindered=[offer for offer in offers if offer.refused_for],
        steps=stage_steps(int(request.stage), request.reached()),
        history=[(move, _who(screen, caller, move)) for move in reversed(request.history)],
        messages=told_messages(request),
        centre=(await screen.centre_names()).get(request.centre, request.centre),
        tone=TONES[request.outcome],
        done=done if done in DONE else "",
    )


def _who(screen: Screen, caller: Caller, move: Move) -> str:
    """Who made a move: a colleague by the end of their staff id, which tells two of them apart."""
    if move.by.kind is ActorKind.PERSON:
        return screen.word("staff.who.applicant")
    if move.by.kind is ActorKind.SYSTEM:
        return screen.word("staff.who.system")
    if move.by.id == caller.id:
        return screen.word("staff.who.me")
    return screen.word("staff.who.colleague", {"code": move.by.id[-_SHORT:].upper()})
