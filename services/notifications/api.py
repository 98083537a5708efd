"""A person's own messages, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from libs.chassis.web.access import Allow
from libs.chassis.web.caller import Caller
from libs.chassis.web.language import Lang
from libs.contracts.people import Role
from libs.ui.pages import Pages
from services.notifications.domain import Message, State, Template
from services.notifications.handlers import reading

router = APIRouter(prefix="/api/notifications/v1", tags=["messages"])

Holder = Annotated[Caller, Depends(Allow(Role.APPLICANT, Role.REPRESENTATIVE))]


class MessageOut(BaseModel):
    """One message.

    Attributes:
        template: Its name in the domain digest, or our own.
        subject: In the language of the request.
        state: How far its mail has come.
    """

    id: str
    template: Template
    subject: str
    state: State
    created_at: datetime
    request_id: str | None
    reference: str


@router.get("/messages")
async def list_messages(request: Request, lang: Lang, caller: Holder) -> list[MessageOut]:
    """The caller's last messages, the newest first."""
    found = await reading.list_messages(request.app.state.deps, caller.id)
    return [_told(request, lang, message) for message in found]


@router.get("/messages/{message_id}")
async def show_message(request: Request, message_id: str, lang: Lang, caller: Holder) -> MessageOut:
    """One of the caller's messages."""
    return _told(request, lang, await reading.get_message(request.app.state.deps, caller.id, message_id))


def _told(request: Request, lang: str, message: Message) -> MessageOut:
    pages: Pages = request.app.state.pages
    return MessageOut(
        id=message.id,
        template=message.template,
        subject=pages.word(lang, f"mail.{message.template}.subject"),
        state=message.state,
        created_at=message.created_at,
        request_id=message.about.request_id,
        reference=message.about.reference,
    )
