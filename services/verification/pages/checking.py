"""The public pages on which a certificate is checked; a code is only ever posted."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from libs.chassis.web.access import AnyCaller
from libs.chassis.web.client import network_of
from libs.chassis.web.problem import RETRY_AFTER_S
from libs.contracts.requests import PrintedPerson
from libs.ui.forms import Form
from libs.ui.pages import PageContext, Pages
from services.verification import handlers
from services.verification.domain.certificate import Verdict
from services.verification.errors import BirthDateWrong, CannotSayNow
from services.verification.ports import Deps

router = APIRouter(include_in_schema=False)

_NO_STORE = {"cache-control": "no-store"}
_LONGEST_CODE = 100


def _deps_of(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


def _pages_of(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


VerificationDeps = Annotated[Deps, Depends(_deps_of)]
Renderer = Annotated[Pages, Depends(_pages_of)]


@router.get("/verify")
async def show_form(request: Request, caller: AnyCaller, pages: Renderer) -> HTMLResponse:
    """The form for a typed code."""
    return _form_page(request, caller, pages, "verify.html", Form())


@router.post("/verify")
async def check(request: Request, caller: AnyCaller, deps: VerificationDeps, pages: Renderer) -> HTMLResponse:
    """What a code comes to, and with the birth date what the certificate prints."""
    form = Form.posted((await request.form()).multi_items())
    typed = form.text("code", missing="verify.code.missing", longest=_LONGEST_CODE)
    if not form.valid:
        return _form_page(request, caller, pages, "verify.html", form)
    try:
        answer = handlers.check_code(deps, typed, network_of(request))
    except CannotSayNow as error:
        return _cannot_say_page(request, caller, pages, form, str(error.details["reason"]))
    if answer.verdict is Verdict.MALFORMED:
        form.fail("code", f"verify.code.{answer.reason}")
        return _form_page(request, caller, pages, "verify.html", form, suggestions=answer.suggestions)
    content = None
    if answer.content_may_follow:
        content = await _find_content(deps, form, typed, network_of(request))
    html = pages.render(
        PageContext.of(request, caller), "answer.html", form=form, answer=answer, typed=typed, content=content
    )
    return HTMLResponse(html, _status_of(form), _NO_STORE)


async def _find_content(deps: Deps, form: Form, typed: str, network: str) -> PrintedPerson | None:
    """The printed content for the birth date in the form; None without one, or with a wrong one."""
    birth_date = form.date("birth_date", latest=deps.calendar.today())
    if birth_date is None:
        return None
    try:
        return await handlers.get_content(deps, typed, birth_date, network)
    except BirthDateWrong:
        form.fail("birth_date", "verify.birth_date.wrong")
        return None


def _form_page(
    request: Request,
    caller: AnyCaller,
    pages: Pages,
    template: str,
    form: Form,
    suggestions: tuple[str, ...] = (),
    **more: object,
) -> HTMLResponse:
    page = PageContext.of(request, caller)
    html = pages.render(page, template, form=form, suggestions=suggestions, **more)
    return HTMLResponse(html, _status_of(form), _NO_STORE)


def _cannot_say_page(
    request: Request, caller: AnyCaller, pages: Pages, form: Form, reason: str
) -> HTMLResponse:
    """The form with what was typed, to be sent again in a moment."""
    html = pages.render(
        PageContext.of(request, caller), "verify.html", form=form, suggestions=(), cannot_say=reason
    )
    headers = {**_NO_STORE, "retry-after": str(RETRY_AFTER_S)}
    return HTMLResponse(html, HTTPStatus.SERVICE_UNAVAILABLE, headers)


def _status_of(form: Form) -> int:
    return (HTTPStatus.OK if form.valid else HTTPStatus.UNPROCESSABLE_ENTITY).value
