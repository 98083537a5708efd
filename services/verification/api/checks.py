"""The public check, as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from libs.chassis.web.access import AnyCaller
from libs.chassis.web.client import network_of
from libs.contracts.certificates import SupersededBy
from libs.contracts.requests import PrintedPerson
from services.verification import handlers
from services.verification.domain.certificate import Answer, Verdict
from services.verification.ports import Deps

router = APIRouter(prefix="/api/verification/v1", tags=["checks"])


class CheckIn(BaseModel):
    """A code to check.

    Attributes:
        code: As the certificate shows it; case, spaces and hyphens don't matter.
        birth_date: The holder's, to be given the printed content.
    """

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(max_length=100)]
    birth_date: date | None = None


class CheckOut(BaseModel):
    """What the code comes to.

    Attributes:
        since: From when on it is no longer in force.
        superseded_by: What came in its place, of a superseded one.
        arabic_name: Masked, as is `latin_name`.
        content: What the certificate prints; only for the right birth date.
    """

    verdict: Verdict
    suggestions: tuple[str, ...] = ()
    number: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    since: datetime | None = None
    superseded_by: SupersededBy | None = None
    arabic_name: str | None = None
    latin_name: str | None = None
    content: PrintedPerson | None = None


@router.post("/checks")
async def check(request: Request, response: Response, check_in: CheckIn, _caller: AnyCaller) -> CheckOut:
    """Check a certificate by its code, and with the birth date its content."""
    response.headers["cache-control"] = "no-store"
    deps: Deps = request.app.state.deps
    network = network_of(request)
    answer = await handlers.check_code(deps, check_in.code, network)
    content = None
    if check_in.birth_date is not None:
        content = await handlers.get_content(deps, check_in.code, check_in.birth_date, network)
    return _told(answer, content)


def _told(answer: Answer, content: PrintedPerson | None) -> CheckOut:
    shown = answer.shown
    if shown is None:
        return CheckOut(verdict=answer.verdict, suggestions=answer.suggestions)
    return CheckOut(
        verdict=answer.verdict,
        number=shown.number,
        issued_on=shown.issued_on,
        valid_until=shown.valid_until,
        since=shown.since,
        superseded_by=shown.superseded_by,
        arabic_name=shown.arabic_name,
        latin_name=shown.latin_name,
        content=content,
    )
