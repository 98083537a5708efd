"""How certificates stand, for partners with a reason to ask: one or a thousand at once, and never whose."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from libs.contracts.certificates import SupersededBy
from libs.contracts.partners import PARTNER_API, PURPOSE_CODE_PATTERN
from services.verification.api.partner_access import StatusPartner
from services.verification.domain.certificate import Reason, Verdict
from services.verification.domain.inquiry import LONGEST_NUMBER, MOST_IN_A_BATCH, Asked, InDoubt, Statement
from services.verification.errors import CannotSayNow
from services.verification.handlers.inquiring import Statements, tell_statuses
from services.verification.ports import Deps

router = APIRouter(prefix=PARTNER_API, tags=["statuses"])

_LONGEST_CODE: Final = 100
_REFUSALS: Final[dict[int | str, dict[str, object]]] = {
    401: {"description": "No token, or none that is good."},
    403: {"description": "The token lacks the scope, or the purpose isn't one of the partner's."},
    429: {"description": "The day's quota is used up."},
    503: {"description": "Nobody can say now."},
}

Purpose = Annotated[str, Field(pattern=f"^{PURPOSE_CODE_PATTERN}$", description="One of those registered.")]


class CertificateIn(BaseModel):
    """A certificate, by the code that it shows or by its number: exactly one of the two."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=_LONGEST_CODE)] | None = None
    number: Annotated[str, Field(min_length=1, max_length=LONGEST_NUMBER)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.code is None) == (self.number is None):
            raise ValueError("either a code or a number")
        return self

    def asked(self) -> Asked:
        """The question."""
        return Asked(self.code, self.number)


class StatusIn(CertificateIn):
    """A question about one certificate."""

    purpose: Purpose


class BatchIn(BaseModel):
    """A question about several certificates."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    certificates: Annotated[list[CertificateIn], Field(min_length=1, max_length=MOST_IN_A_BATCH)]


class StatusOut(BaseModel):
    """How a certificate stands.

    Attributes:
        reason: Why it comes to that; stable.
        since: From when on it is no longer in force.
        superseded_by: What came in its place, of a superseded one.
        suggestions: Codes that a malformed one was likely meant to be; whether they exist isn't known.
    """

    status: Verdict | Literal["cannot-say-now"]
    reason: Reason
    number: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    since: datetime | None = None
    superseded_by: SupersededBy | None = None
    suggestions: tuple[str, ...] = ()


class OneStatusOut(StatusOut):
    """How one certificate stands.

    Attributes:
        as_of: Everything that was decided by then is heeded.
    """

    as_of: datetime


class StatusesOut(BaseModel):
    """How certificates stand, in the order of the question.

    Attributes:
        as_of: Everything that was decided by then is heeded.
    """

    as_of: datetime
    statuses: list[StatusOut]


@router.post("/statuses", responses=_REFUSALS)
async def post_status(
    request: Request, response: Response, body: StatusIn, partner: StatusPartner
) -> OneStatusOut:
    """How one certificate stands; it counts for one of the day's quota."""
    told = await _tell(request, response, partner, body.purpose, [body.asked()])
    (statement,) = told.statements
    if isinstance(statement, InDoubt):
        raise CannotSayNow(reason=Reason.IN_DOUBT.value)
    return OneStatusOut(**_shown(statement).model_dump(), as_of=told.as_of)


@router.post("/statuses/batch", responses=_REFUSALS)
async def post_statuses(
    request: Request, response: Response, body: BatchIn, partner: StatusPartner
) -> StatusesOut:
    """How up to 1,000 certificates stand; each counts for one of the day's quota, all of them or none."""
    asked = [certificate.asked() for certificate in body.certificates]
    told = await _tell(request, response, partner, body.purpose, asked)
    return StatusesOut(as_of=told.as_of, statuses=[_shown(statement) for statement in told.statements])


async def _tell(
    request: Request, response: Response, partner: StatusPartner, purpose: str, asked: list[Asked]
) -> Statements:
    deps: Deps = request.app.state.deps
    told = await tell_statuses(deps, partner, purpose, asked)
    response.headers.update(told.allowance.headers)
    response.headers["cache-control"] = "no-store"
    return told


def _shown(statement: Statement) -> StatusOut:
    if isinstance(statement, InDoubt):
        return StatusOut(status="cannot-say-now", reason=Reason.IN_DOUBT)
    shown = statement.shown
    if shown is None:
        return StatusOut(status=statement.verdict, reason=statement.reason, suggestions=statement.suggestions)
    return StatusOut(
        status=statement.verdict,
        reason=statement.reason,
        number=shown.number,
        issued_on=shown.issued_on,
        valid_until=shown.valid_until,
        since=shown.since,
        superseded_by=shown.superseded_by,
    )
