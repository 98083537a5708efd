"""The form by which somebody asks for a certificate."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.chassis.web.caller import Caller
from libs.chassis.web.kept import kept_answers
from libs.ui.forms import Form
from services.requests.errors import CentreUnknown, FormTokenUnusable, OpenRequestExists, RenewalUnusable
from services.requests.handlers import citizen
from services.requests.pages.screen import Screen, ScreenNeeded, see_other
from services.requests.pages.space import Applicant

router = APIRouter()

_LONGEST_NAME = 100


@router.get("/requests/new")
async def new_request(
    screen: ScreenNeeded, caller: Applicant, renews: Annotated[str, Query(max_length=36)] = ""
) -> Response:
    """Show the form, or the open request in its place."""
    open_one = await screen.deps.store.find_open(caller.id)
    if open_one is not None:
        return _already_open(screen, caller, open_one.id, open_one.value.reference, HTTPStatus.OK)
    form = Form.posted((await kept_answers(screen.request)).multi_items())
    if not form.value("renews"):
        form = Form({**_typed(form), "token": form.value("token"), "renews": renews})
    if not form.value("token"):
        form = Form({**_typed(form), "token": screen.deps.new_id()})
    return await _form(screen, caller, form, HTTPStatus.OK)


@router.post("/requests/new")
async def submit(screen: ScreenNeeded, caller: Applicant) -> Response:
    """File the request; the same form posted twice leads to the same receipt."""
    form = await screen.posted()
    command = citizen.SubmitRequest(
        token=form.text("token"),
        centre=form.text("centre", missing="filing.centre.missing"),
        family_name=form.text("family_name", longest=_LONGEST_NAME),
        given_name=form.text("given_name", longest=_LONGEST_NAME),
        renews=form.text("renews", longest=36),
    )
    if not form.valid:
        return await _form(screen, caller, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        request = await citizen.submit_request(screen.deps, caller, command)
    except CentreUnknown:
        form.fail("centre", "filing.centre.unknown")
    except RenewalUnusable:
        form = Form({**_typed(form), "token": command.token, "renews": ""})
        form.fail("centre", "error.renewal-unusable")
    except FormTokenUnusable:
        form = Form({**_typed(form), "token": screen.deps.new_id()})
        form.fail("centre", "form.error.expired")
    except OpenRequestExists as error:
        told = error.details
        return _already_open(
            screen, caller, str(told["request_id"]), str(told["reference"]), HTTPStatus.CONFLICT
        )
    else:
        return see_other(f"/requests/{request.id}/receipt")
    return await _form(screen, caller, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _typed(form: Form) -> dict[str, str]:
    return {name: form.value(name) for name in ("centre", "family_name", "given_name", "renews")}


async def _form(screen: Screen, caller: Caller, form: Form, status: HTTPStatus) -> Response:
    person = await citizen.get_myself(screen.deps, caller)
    groups = await screen.centre_groups()
    renewed = await citizen.find_renewable(screen.deps, caller.id, form.value("renews"))
    return screen.show(
        caller, "new_request.html", status, form=form, known=person.known, groups=groups, renewed=renewed
    )


def _already_open(
    screen: Screen, caller: Caller, request_id: str, reference: str, status: HTTPStatus
) -> Response:
    return screen.show(caller, "already_open.html", status, request_id=request_id, reference=reference)
