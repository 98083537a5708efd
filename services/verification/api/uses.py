"""What partners have asked, in sums, for those who watch over it: never about whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.partners import PARTNER_API
from libs.contracts.people import Role
from services.verification.ports import Deps

router = APIRouter(prefix=PARTNER_API, tags=["statuses"])

_MOST: Final = 1000
_A_MONTH: Final = timedelta(days=31)

Overseer = Annotated[Caller, Depends(Allow(Role.AUDITOR, Role.DATA_PROTECTION_OFFICER))]


class UseOut(BaseModel):
    """What one partner asked for one purpose in one hour.

    Attributes:
        unknown: How many of the certificates nobody knows.
    """

    client_id: str
    purpose: str
    hour: datetime
    requests: int
    asked: int
    unknown: int


@router.get("/partner-uses")
async def get_uses(
    request: Request,
    _caller: Overseer,
    client_id: Annotated[str | None, Query(max_length=64)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> list[UseOut]:
    """Sums, the latest first, of the last month where no time is named; a thousand at most."""
    deps: Deps = request.app.state.deps
    end = until or deps.clock.now() + timedelta(hours=1)
    found = await deps.inquiries.uses.sums(client_id, since or end - _A_MONTH, end, _MOST)
    return [UseOut.model_validate(each, from_attributes=True) for each in found]
