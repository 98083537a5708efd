"""The form that opens an account, and the dialog after it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from libs.chassis.web.access import AnyCaller
from libs.chassis.web.caller import Caller
from libs.chassis.web.client import network_of
from libs.chassis.web.language import Lang
from libs.contracts.people import IdentifierKind
from libs.ui.forms import Form
from services.identity.handlers.registration import Registration, register
from services.identity.pages.identifying import kinds_of_number, read_who, shows_act
from services.identity.pages.showing import DepsOf, language_to_keep, show, word
from services.identity.ports import Deps

router = APIRouter()


@router.get("/register")
async def registration_form(request: Request, caller: AnyCaller) -> HTMLResponse:
    """Show the form."""
    return _form(request, caller, Form({"kind": IdentifierKind.CIN}))


@router.post("/register")
async def open_account(request: Request, deps: DepsOf, lang: Lang, caller: AnyCaller) -> Response:
    """Open the account; the answer is the same where the number has one."""
    form = Form.posted((await request.form()).multi_items())
    registration = _read(form, deps, lang, network_of(request))
    if registration is None:
        return _form(request, caller, form, 422)
    await register(deps, registration)
    return RedirectResponse("/register/done", status_code=303)


@router.get("/register/done")
async def registration_done(request: Request, caller: AnyCaller) -> HTMLResponse:
    """Tell that a code is on its way by mail."""
    texts = [word(request, "register.done.mail"), word(request, "register.done.wait")]
    title = word(request, "register.done.title")
    return show(request, caller, "confirm.html", title=title, reference=None, texts=texts, href="/login")


def _read(form: Form, deps: Deps, lang: str, network: str) -> Registration | None:
    who = read_who(form, deps, kind_missing="register.kind.missing")
    email = form.email("email", missing="register.email.missing")
    form.agreed("consent", missing="register.consent.missing")
    if who is None or not form.valid:
        return None
    identifier, birth_date = who
    return Registration(identifier, birth_date, email, language_to_keep(lang), network)


def _form(request: Request, caller: Caller, form: Form, status: int = 200) -> HTMLResponse:
    return show(
        request,
        caller,
        "register.html",
        status,
        form=form,
        kinds=kinds_of_number(request),
        with_act=shows_act(form),
    )
