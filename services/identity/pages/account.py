"""One's own account: what is known, the language, the code."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from libs.chassis.web.access import Allow, SignedInCaller
from libs.chassis.web.caller import Caller
from libs.chassis.web.client import network_of
from libs.chassis.web.errors import Forbidden
from libs.chassis.web.language import LANGUAGES
from libs.contracts.people import Role
from libs.ui.elements import Option
from libs.ui.forms import Form
from libs.ui.languages import LANGUAGES as NAMES
from services.identity.errors import CodeTooWeak, OldCodeWrong
from services.identity.handlers.account import (
    NewCode,
    change_code,
    change_language,
    get_person,
    must_choose_code,
)
from services.identity.pages.showing import (
    SPACE,
    DepsOf,
    enter,
    language_to_keep,
    next_address,
    show,
)

router = APIRouter()

Applicant = Annotated[Caller, Depends(Allow(Role.APPLICANT))]
WEAKNESSES: Final = {
    "short": "code.weak.short",
    "long": "code.weak.long",
    "uniform": "code.weak.uniform",
    "personal": "code.weak.personal",
    "common": "code.weak.common",
}


@router.get("/account")
async def account(
    request: Request, deps: DepsOf, caller: Applicant, saved: Annotated[str, Query()] = ""
) -> HTMLResponse:
    """Show one's own data."""
    person = await get_person(deps, caller.id)
    form = Form({"language": person.language})
    return show(request, caller, "account.html", person=person, form=form, options=_languages(), saved=saved)


@router.post("/account")
async def choose_language(request: Request, deps: DepsOf, caller: Applicant) -> Response:
    """Keep the language in which mails are written, and show pages in it."""
    form = Form.posted((await request.form()).multi_items())
    language = form.choice("language", LANGUAGES, missing="account.language.missing")
    if not language:
        person = await get_person(deps, caller.id)
        return show(
            request, caller, "account.html", 422, person=person, form=form, options=_languages(), saved=""
        )
    await change_language(deps, caller.id, language_to_keep(language))
    return RedirectResponse(f"/account?lang={language}&saved=language", status_code=303)


@router.get("/account/code")
async def code_form(
    request: Request, deps: DepsOf, caller: SignedInCaller, wanted: Annotated[str, Query(alias="next")] = ""
) -> HTMLResponse:
    """Show the form; after a mailed code the old one isn't asked for."""
    must_choose = await _must_choose(deps, caller)
    return show(request, caller, "code.html", form=Form({"next": wanted}), must_choose=must_choose)


@router.post("/account/code")
async def replace_code(request: Request, deps: DepsOf, caller: SignedInCaller) -> Response:
    """Replace the code and go on in a new session."""
    must_choose = await _must_choose(deps, caller)
    form = Form.posted((await request.form()).multi_items())
    old = "" if must_choose else form.secret("old_code", missing="code.old.missing")
    new = form.secret("new_code", missing="code.new.missing")
    again = form.secret("new_code_again", missing="code.again.missing")
    if new and again and new != again:
        form.fail("new_code_again", "code.again.different")
    if form.valid:
        change = NewCode(caller.id, caller.session_id, old, new, network_of(request))
        try:
            entrance = await change_code(deps, change)
        except OldCodeWrong:
            form.fail("old_code", "code.old.wrong")
        except CodeTooWeak as refusal:
            form.fail("new_code", WEAKNESSES[refusal.weakness])
        else:
            otherwise = SPACE if must_choose else "/account?saved=code"
            return enter(entrance, next_address(form.value("next"), otherwise))
    return show(request, caller, "code.html", 422, form=form, must_choose=must_choose)


async def _must_choose(deps: DepsOf, caller: Caller) -> bool:
    if caller.kind != "person":
        raise Forbidden
    return await must_choose_code(deps, caller.session_id)


def _languages() -> list[Option]:
    return [Option(code, NAMES[code].own_name) for code in LANGUAGES]
