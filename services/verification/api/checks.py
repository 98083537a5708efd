"""The public check, as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from libs.chassis.web.access import NobodysCaller
from libs.chassis.web.client import network_of
from libs.contracts.certificates import SupersededBy
from libs.contracts.requests import PrintedPerson
from services.verification import handlers
from services.verification.api.told import UNKNOWN, day_number, told, told_malformed
from services.verification.domain.certificate import Reason, Verdict
from services.verification.domain.typed import Malformed, read
from services.verification.ports import Deps

PATH: Final = "/api/verification/v1/checks"

router = APIRouter(tags=["checks"])

_NO_STORE: Final = {"cache-control": "no-store"}


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
        reason: Why it comes to that; stable, and told apart as far as it changes what to do.
        suggestions: Codes that a malformed one was likely meant to be; whether they exist isn't known.
        since: From when on it is no longer in force.
        superseded_by: What came in its place, of a superseded one.
        arabic_name: Masked, as is `latin_name`.
        content: What the certificate prints; only for the right birth date.
    """

    verdict: Verdict
    reason: Reason
    suggestions: tuple[str, ...] = ()
    number: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    since: datetime | None = None
    superseded_by: SupersededBy | None = None
    arabic_name: str | None = None
    latin_name: str | None = None
    content: PrintedPerson | None = None


@router.post(PATH, response_model=CheckOut, responses={503: {"description": "Nobody can say now."}})
async def check(request: Request, check_in: CheckIn, _caller: NobodysCaller) -> Response:
    """Check a certificate by its code, and with the birth date its content.

    A simple question, a code alone and nothing around it, is answered by `ChecksFront` in front of the
    application, in the same bytes.
    """
    deps: Deps = request.app.state.deps
    network = network_of(request)
    asked = read(check_in.code)
    found = handlers.look_up(deps, asked, network)
    content = None
    if check_in.birth_date is not None:
        content = await handlers.get_content(deps, check_in.code, check_in.birth_date, network)
    return Response(
        _told(found, deps.calendar.today(), content), media_type="application/json", headers=_NO_STORE
    )


def _told(found: bytes | Malformed | None, today: date, content: PrintedPerson | None) -> bytes:
    if isinstance(found, Malformed):
        return told_malformed(found)
    more = [] if content is None else [content.model_dump_json().encode()]
    return told(found or UNKNOWN, day_number(today), *more)
