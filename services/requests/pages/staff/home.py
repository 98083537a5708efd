"""The staff's first page: what waits for each role and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.people import STAFF_ROLES, Role
from services.requests.pages.screen import ScreenNeeded

router = APIRouter()

AnyStaff = Annotated[Caller, Depends(Allow(*sorted(STAFF_ROLES)))]


@dataclass(frozen=True)
class Work:
    """A place of work.

    Attributes:
        name: The last part of its words' keys.
        href: The page, of this service or of another.
    """

    name: str
    href: str


_DESK = Work("desk", "/staff/requests/new")
_DEPOSIT = Work("deposit", "/staff/requests?queue=deposit")
_ENTRY = Work("entry", "/staff/requests?queue=entry")
_CHECK = Work("check", "/staff/requests?queue=check")
_COMPLETION = Work("completion", "/staff/requests?queue=completion")
_ADMISSION = Work("admission", "/staff/requests?queue=check")
_OPINION = Work("opinion", "/staff/requests?queue=committee")
_APPROVAL = Work("approval", "/staff/requests?queue=committee")
_FOLLOWING = Work("following", "/staff/requests?queue=all")
_LOG = Work("log", "/log")

WORK: Final[dict[Role, tuple[Work, ...]]] = {
    Role.COAPH_AGENT: (_DESK, _DEPOSIT, _ENTRY, _CHECK, _COMPLETION, _FOLLOWING),
    Role.COAPH_HEAD: (_ADMISSION, _DESK, _DEPOSIT, _ENTRY, _COMPLETION, _FOLLOWING),
    Role.REGIONAL_AGENT: (_FOLLOWING,),
    Role.CENTRAL_AGENT: (_FOLLOWING, Work("certificates", "/staff/certificates")),
    Role.COMMITTEE_DOCTOR: (_OPINION,),
    Role.COMMITTEE_CHAIR: (_APPROVAL,),
    Role.CERTIFICATE_OFFICER: (Work("drafting", "/staff/certificates?stage=4"),),
    Role.CONTROLLER: (Work("control", "/staff/certificates?stage=5"),),
    Role.REGISTRAR: (Work("recording", "/staff/certificates?stage=6"), _LOG),
    Role.SIGNATORY: (Work("signature", "/staff/certificates?stage=7"), _LOG),
    Role.DELIVERY_DESK: (Work("delivery", "/staff/certificates"),),
    Role.DATA_PROTECTION_OFFICER: (_LOG,),
    Role.AUDITOR: (_LOG,),
    Role.ADMINISTRATOR: (),
}


@router.get("/staff")
async def staff_home(screen: ScreenNeeded, caller: AnyStaff) -> Response:
    """Show the places of work of the caller's roles, each once."""
    roles = [role for role in WORK if role in caller.roles]
    work = list(dict.fromkeys(one for role in roles for one in WORK[role]))
    names = await screen.centre_names()
    centres = [names.get(code, code) for code in sorted(caller.centres)]
    return screen.show(caller, "staff/home.html", roles=roles, work=work, centres=centres)
