"""Filing a request for somebody who stands at the desk and has an account."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from libs.chassis.clock import civil_date
from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.identifiers import IdentifierRefused, guess_kind, read_identifier
from libs.contracts.people import Identifier
from libs.ui.forms import Form
from services.requests.domain.person import Person
from services.requests.errors import CentreUnknown, FormTokenUnusable, OpenRequestExists
from services.requests.handlers import centre_work
from services.requests.handlers.citizen import SubmitRequest
from services.requests.handlers.staff import AGENTS, may_see
from services.requests.pages.screen import Screen, ScreenNeeded
from services.requests.pages.staff.opening import done, kept_form

router = APIRouter()

Agent = Annotated[Caller, Depends(Allow(*AGENTS))]

_LONGEST_NAME: Final = 100
_EARLIEST_BIRTH: Final = date(1890, 1, 1)
_TYPED: Final = (
    "number",
    "office",
    "year",
    "born_on-day",
    "born_on-month",
    "born_on-year",
    "family_name",
    "given_name",
    "centre",
)
_FAULTS: Final = {
    ("number", "missing"): "staff.desk.number.missing",
    ("number", "malformed"): "staff.desk.number.malformed",
    ("office", "missing"): "staff.desk.office.missing",
    ("office", "malformed"): "staff.desk.office.malformed",
    ("year", "missing"): "staff.desk.year.missing",
    ("year", "malformed"): "staff.desk.year.malformed",
}


@router.get("/staff/requests/new")
async def ask_who(screen: ScreenNeeded, caller: Agent) -> Response:
    """Ask for number and birth date."""
    return _search(screen, caller, await kept_form(screen, Form()), HTTPStatus.OK)


@router.post("/staff/requests/new")
async def file_at_desk(screen: ScreenNeeded, caller: Agent) -> Response:
    """Find the account, then file for it: both steps post here, so that no number stands in an address."""
    form = await screen.posted()
    who = read_who(form, civil_date(screen.deps.clock.now()))
    if who is None:
        return _search(screen, caller, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    person = await centre_work.find_account(screen.deps, *who)
    if person is None:
        form.fail("number", "error.person-unknown")
        return _search(screen, caller, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.value("step") == "file":
        return await _file(screen, caller, form, person)
    open_one = await screen.deps.store.find_open(person.person_id)
    if open_one is not None:
        return await _already_open(screen, caller, open_one.id, HTTPStatus.OK)
    return await _filing(screen, caller, _with_token(screen, caller, form), person, HTTPStatus.OK)


async def _file(screen: Screen, caller: Caller, form: Form, person: Person) -> Response:
    command = SubmitRequest(
        token=form.text("token"),
        centre=form.choice("centre", caller.centres, missing="filing.centre.missing"),
        family_name=form.text("family_name", longest=_LONGEST_NAME),
        given_name=form.text("given_name", longest=_LONGEST_NAME),
    )
    known = person.known
    if form.valid:
        try:
            request = await centre_work.file_at_desk(
                screen.deps, caller, known.identifier, known.birth_date, command
            )
        except CentreUnknown:
            form.fail("centre", "filing.centre.unknown")
        except FormTokenUnusable:
            form = _with_token(screen, caller, form)
            form.fail("centre", "form.error.expired")
        except OpenRequestExists as error:
            return await _already_open(screen, caller, str(error.details["request_id"]), error.status)
        else:
            return done(request.id, "new")
    return await _filing(screen, caller, form, person, HTTPStatus.UNPROCESSABLE_ENTITY)


def read_who(form: Form, today: date) -> tuple[Identifier, date] | None:
    """Read number and birth date; None if one is missing or wrong, which is noted in the form."""
    number = form.text("number", missing="staff.desk.number.missing", longest=40)
    office, year = form.text("office", longest=80), form.text("year", longest=10)
    born_on = form.date(
        "born_on", missing="staff.desk.born_on.missing", earliest=_EARLIEST_BIRTH, latest=today
    )
    if not number:
        return None
    try:
        identifier = read_identifier(
            guess_kind(number), number, office=office, year=year, born_on=born_on or today, today=today
        )
    except IdentifierRefused as refusal:
        form.fail(refusal.field, _FAULTS[refusal.field, refusal.reason])
        return None
    return None if born_on is None else (identifier, born_on)


def _with_token(screen: Screen, caller: Caller, form: Form) -> Form:
    """The form as it goes on: what was typed, a token of its own, the centre of somebody with only one."""
    typed = {name: form.value(name) for name in _TYPED}
    if len(caller.centres) == 1:
        typed["centre"] = next(iter(caller.centres))
    return Form({**typed, "token": screen.deps.new_id()})


def _search(screen: Screen, caller: Caller, form: Form, status: int) -> Response:
    with_act = bool({"office", "year"} & form.errors.keys() or form.value("office") or form.value("year"))
    return screen.show(caller, "staff/desk_search.html", status, form=form, with_act=with_act)


async def _filing(screen: Screen, caller: Caller, form: Form, person: Person, status: int) -> Response:
    groups = await screen.centre_groups(only=caller.centres)
    return screen.show(caller, "staff/desk_filing.html", status, form=form, known=person.known, groups=groups)


async def _already_open(screen: Screen, caller: Caller, request_id: str, status: int) -> Response:
    request = (await screen.deps.store.requests.get(request_id)).value
    seen = may_see(caller, request.centre)
    return screen.show(caller, "staff/desk_open.html", status, request=request, seen=seen)
