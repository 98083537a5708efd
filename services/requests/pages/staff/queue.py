"""The staff's lists of requests, by stage and centre, and the search by reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from libs.chassis.clock import civil_date
from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.elements import Option
from libs.ui.forms import Form, tidy
from services.requests.domain.stages import Stage
from services.requests.handlers.staff import READERS, centres_of, find_by_reference, list_queue
from services.requests.pages.presenting import TONES
from services.requests.pages.screen import Screen, ScreenNeeded, see_other
from services.requests.ports import Queue

router = APIRouter()

Reader = Annotated[Caller, Depends(Allow(*READERS))]

_PER_PAGE: Final = 25


@dataclass(frozen=True)
class Part:
    """The part of all requests that a list shows.

    Attributes:
        label_key: Its words.
    """

    label_key: str
    stage: Stage | None = None
    in_committee: bool | None = None
    only_open: bool = True


PARTS: Final[dict[str, Part]] = {
    "all": Part("staff.queue.all"),
    "deposit": Part("stage.0", Stage.STARTED),
    "entry": Part("stage.1", Stage.ENTRY),
    "check": Part("stage.2", Stage.CHECK, in_committee=False),
    "committee": Part("staff.queue.committee", Stage.CHECK, in_committee=True),
    "completion": Part("stage.3", Stage.COMPLETION),
    "drafting": Part("stage.4", Stage.DRAFTING),
    "control": Part("stage.5", Stage.CONTROL),
    "recording": Part("stage.6", Stage.RECORDING),
    "signature": Part("stage.7", Stage.SIGNATURE),
    "ended": Part("stage.8", Stage.CLOSED, only_open=False),
}
_FIRST: Final = {
    Role.COMMITTEE_DOCTOR: "committee",
    Role.COMMITTEE_CHAIR: "committee",
    Role.COAPH_HEAD: "check",
}


@router.get("/staff/requests")
async def staff_requests(
    screen: ScreenNeeded,
    caller: Reader,
    queue: Annotated[str, Query(max_length=20)] = "",
    centre: Annotated[str, Query(max_length=10)] = "",
    reference: Annotated[str, Query(max_length=40)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show a list, or lead to the file whose reference was typed."""
    name = queue if queue in PARTS else _first(caller)
    form = Form({"queue": name, "centre": centre, "reference": reference})
    if reference.strip():
        found = await find_by_reference(screen.deps, caller, _read_reference(reference))
        if found is not None:
            return see_other(f"/staff/requests/{found.id}")
        form.fail("reference", "staff.queue.reference.unknown")
    return await _show(screen, caller, form, page)


async def _show(screen: Screen, caller: Caller, form: Form, page: int) -> Response:
    name, centre = form.value("queue"), form.value("centre")
    part = PARTS[name]
    narrowed = Queue(
        centres=[centre] if centre else None,
        stage=part.stage,
        in_committee=part.in_committee,
        only_open=part.only_open,
        limit=_PER_PAGE,
        skip=(page - 1) * _PER_PAGE,
    )
    shown = await list_queue(screen.deps, caller, narrowed)
    return screen.show(
        caller,
        "staff/queue.html",
        form=form,
        parts=[Option(key, screen.word(one.label_key)) for key, one in PARTS.items()],
        groups=await _groups(screen, caller),
        heading_key=part.label_key,
        requests=shown.requests,
        total=shown.total,
        number=page,
        pages=max(1, -(-shown.total // _PER_PAGE)),
        query=urlencode({"queue": name, "centre": centre}),
        centres=await screen.centre_names(),
        today=civil_date(screen.deps.clock.now()),
        tones=TONES,
        at_desk=bool(caller.roles & {Role.COAPH_AGENT, Role.COAPH_HEAD}),
    )


def _first(caller: Caller) -> str:
    return next((name for role, name in _FIRST.items() if role in caller.roles), "all")


def _read_reference(typed: str) -> str:
    """The reference as it is stored, with the zeros that nobody types."""
    joined = re.sub(r"\s", "", tidy(typed)).replace("/", "-")
    found = re.fullmatch(r"([0-9]{4})-?([0-9]{1,7})", joined)
    return f"{found[1]}-{found[2]:0>7}" if found else joined


async def _groups(screen: Screen, caller: Caller) -> object:
    """The centres to choose from; none for somebody who sees a single one."""
    codes = centres_of(caller)
    if codes is None:
        return await screen.centre_groups()
    return await screen.centre_groups(only=frozenset(codes)) if len(codes) > 1 else ()
