"""The JSON interface of requests: file, follow, list the centres."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from libs.chassis.web.access import Allow, AnyCaller
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from services.requests.domain import request as domain
from services.requests.domain.stages import Outcome
from services.requests.handlers import citizen
from services.requests.ports import Deps

router = APIRouter(prefix="/api/requests/v1", tags=["requests"])


def get_deps(request: Request) -> Deps:
    """What the handlers receive."""
    deps: Deps = request.app.state.deps
    return deps


DepsNeeded = Annotated[Deps, Depends(get_deps)]
Applicant = Annotated[Caller, Depends(Allow(Role.APPLICANT))]
IdempotencyKey = Annotated[str, Header(description="A UUID; the same one again is the same request.")]


class NewRequest(BaseModel):
    """What an applicant sends; number and birth date are those of the account."""

    model_config = ConfigDict(extra="forbid")

    centre: str = Field(pattern=r"^[0-9]{3}$")
    family_name: str = Field(default="", max_length=100)
    given_name: str = Field(default="", max_length=100)


class RequestStatus(BaseModel):
    """Where a request stands."""

    id: str
    reference: str
    centre: str
    stage: int
    outcome: Outcome | None
    open: bool
    submitted_at: datetime
    due_on: date | None
    deadline_on: date | None
    certificate_number: str | None

    @classmethod
    def of(cls, request: domain.Request) -> RequestStatus:
        """What is told of `request`."""
        return cls(
            id=request.id,
            reference=request.reference,
            centre=request.centre,
            stage=int(request.stage),
            outcome=request.outcome,
            open=request.open,
            submitted_at=request.submitted_at,
            due_on=request.due_on,
            deadline_on=request.deadline_on,
            certificate_number=request.certificate.number if request.certificate else None,
        )


class CentreEntry(BaseModel):
    """One centre of the directory."""

    code: str
    name_ar: str
    name_fr: str
    region: str
    region_ar: str
    region_fr: str
    verified: bool


@router.post("/requests", status_code=HTTPStatus.CREATED)
async def submit_request(
    deps: DepsNeeded, caller: Applicant, body: NewRequest, idempotency_key: IdempotencyKey, response: Response
) -> RequestStatus:
    """File a request for oneself."""
    command = citizen.SubmitRequest(idempotency_key, body.centre, body.family_name, body.given_name)
    request = await citizen.submit_request(deps, caller, command)
    response.headers["Location"] = f"/api/requests/v1/requests/{request.id}"
    return RequestStatus.of(request)


@router.get("/requests/{request_id}")
async def get_request(deps: DepsNeeded, caller: Applicant, request_id: str) -> RequestStatus:
    """Tell where one's own request stands."""
    return RequestStatus.of((await citizen.get_own(deps, caller, request_id)).value)


@router.get("/centres")
async def list_centres(deps: DepsNeeded, _caller: AnyCaller) -> list[CentreEntry]:
    """List the centres that take requests."""
    return [
        CentreEntry(
            code=centre.code,
            name_ar=centre.name_ar,
            name_fr=centre.name_fr,
            region=centre.region,
            region_ar=centre.region_ar,
            region_fr=centre.region_fr,
            verified=centre.verified,
        )
        for centre in await deps.store.all_centres()
        if centre.active
    ]
