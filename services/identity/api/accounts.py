"""Identity's JSON interface: register, log in and out, choose a code."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from libs.chassis.clock import civil_date
from libs.chassis.web.access import AnyCaller, SignedInCaller
from libs.chassis.web.client import network_of
from libs.chassis.web.errors import Forbidden
from libs.contracts.identifiers import IdentifierRefused, read_identifier
from libs.contracts.identity import Language
from libs.contracts.people import Identifier, IdentifierKind
from services.identity.domain.codes import LONGEST_TYPED
from services.identity.errors import IdentifierUnreadable
from services.identity.handlers.account import NewCode, change_code
from services.identity.handlers.login import Login, log_in
from services.identity.handlers.registration import Registration, register
from services.identity.handlers.sessions import Entrance, end_session
from services.identity.handlers.staff import StaffLogin, log_in_staff
from services.identity.ports import Deps

router = APIRouter(prefix="/api/identity/v1", tags=["identity"])

_EMAIL = r"^[^@\s<>()\",;:\\]+@[^@\s<>()\",;:\\]+\.[^@\s.<>()\",;:\\]{2,}$"


def _deps(request: Request) -> Deps:
    return cast("Deps", request.app.state.deps)


DepsOf = Annotated[Deps, Depends(_deps)]
Secret = Annotated[str, Field(min_length=1, max_length=LONGEST_TYPED)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Who(_Input):
    """Number and birth date; office and year belong to a birth certificate's number."""

    kind: IdentifierKind = IdentifierKind.CIN
    number: str = Field(min_length=1, max_length=40)
    office: str = Field(default="", max_length=80)
    year: str = Field(default="", max_length=4)
    birth_date: date


class RegistrationInput(_Who):
    """A registration; the terms and the personal-data notice must be agreed to."""

    email: str = Field(pattern=_EMAIL, max_length=254)
    language: Language = "ar"
    consent: Literal[True]


class LoginInput(_Who):
    """A login: all three."""

    code: Secret


class StaffLoginInput(_Input):
    """A staff login: code or address, and password."""

    login: str = Field(min_length=1, max_length=254)
    password: Secret


class CodeInput(_Input):
    """A change of code; the old one isn't needed in a session that a mailed code began."""

    old: str = Field(default="", max_length=LONGEST_TYPED)
    new: Secret


class Accepted(BaseModel):
    """What is answered whether the number has an account or not."""

    status: Literal["accepted"] = "accepted"


class SessionOutput(BaseModel):
    """A session's token, for `Authorization: Bearer`; it is good for 15 minutes."""

    token: str
    must_choose_code: bool


@router.post("/registrations", status_code=202)
async def post_registration(
    request: Request, body: RegistrationInput, deps: DepsOf, _caller: AnyCaller
) -> Accepted:
    """Open an account; a code follows by mail."""
    registration = Registration(
        _identifier(deps, body), body.birth_date, body.email, body.language, network_of(request)
    )
    await register(deps, registration)
    return Accepted()


@router.post("/sessions", status_code=201)
async def post_session(request: Request, body: LoginInput, deps: DepsOf, _caller: AnyCaller) -> SessionOutput:
    """Log in."""
    login = Login(_identifier(deps, body), body.birth_date, body.code, network_of(request))
    return _told(await log_in(deps, login))


@router.post("/staff-sessions", status_code=201)
async def post_staff_session(
    request: Request, body: StaffLoginInput, deps: DepsOf, _caller: AnyCaller
) -> SessionOutput:
    """Log in as a member of the staff."""
    return _told(await log_in_staff(deps, StaffLogin(body.login, body.password, network_of(request))))


@router.delete("/sessions/current", status_code=204)
async def delete_session(deps: DepsOf, caller: SignedInCaller) -> Response:
    """Log out."""
    await end_session(deps, caller.session_id)
    return Response(status_code=204)


@router.put("/secret-code")
async def put_secret_code(
    request: Request, body: CodeInput, deps: DepsOf, caller: SignedInCaller
) -> SessionOutput:
    """Choose a code; every session ends and the one of the answer begins."""
    if caller.kind != "person":
        raise Forbidden
    change = NewCode(caller.id, caller.session_id, body.old, body.new, network_of(request))
    return _told(await change_code(deps, change))


def _identifier(deps: Deps, who: _Who) -> Identifier:
    try:
        return read_identifier(
            who.kind,
            who.number,
            office=who.office,
            year=who.year,
            born_on=who.birth_date,
            today=civil_date(deps.clock.now()),
            cin_pattern=deps.policy.cin_pattern,
        )
    except IdentifierRefused as refusal:
        raise IdentifierUnreadable(field=refusal.field) from refusal


def _told(entrance: Entrance) -> SessionOutput:
    return SessionOutput(token=entrance.token, must_choose_code=entrance.must_choose)
