"""A person's messages in the private space."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.pages import PageContext, Pages
from services.notifications.handlers import reading
from services.notifications.ports import Deps

router = APIRouter(include_in_schema=False)

Holder = Annotated[Caller, Depends(Allow(Role.APPLICANT, Role.REPRESENTATIVE))]


def _deps_of(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


def _pages_of(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


NotificationsDeps = Annotated[Deps, Depends(_deps_of)]
Renderer = Annotated[Pages, Depends(_pages_of)]


@router.get("/messages")
async def list_messages(
    request: Request, caller: Holder, deps: NotificationsDeps, pages: Renderer
) -> HTMLResponse:
    """All messages, the newest first."""
    messages = await reading.list_messages(deps, caller.id)
    page = PageContext.of(request, caller)
    return HTMLResponse(pages.render(page, "messages.html", messages=messages))


@router.get("/messages/{message_id}")
async def show_message(
    request: Request, message_id: str, caller: Holder, deps: NotificationsDeps, pages: Renderer
) -> HTMLResponse:
    """One message in full, in the language of the page."""
    message = await reading.get_message(deps, caller.id, message_id)
    page = PageContext.of(request, caller)
    return HTMLResponse(pages.render(page, "message.html", message=message, origin=""))
