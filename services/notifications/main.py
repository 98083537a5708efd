"""Puts notifications together."""

from __future__ import annotations

import asyncio
from functools import partial

from libs.chassis.platform import Parts, Platform
from libs.chassis.runtime import Service
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.notifications import api, pages
from services.notifications.adapters.letters import TemplateLetters
from services.notifications.adapters.smtp import Server, SmtpPostOffice
from services.notifications.adapters.store import NotificationsStore
from services.notifications.consumers import SUBSCRIPTIONS
from services.notifications.handlers.sending import keep_sending
from services.notifications.ports import Deps
from services.notifications.settings import NotificationsSettings


async def build(settings: NotificationsSettings) -> Service:
    """Open the platform and wire the service."""
    platform = await Platform.open("notifications", settings)
    renderer = Pages("services.notifications", Assets.read())
    deps = Deps(
        clock=platform.clock,
        trust=platform.trust,
        store=await NotificationsStore.open(platform),
        letters=TemplateLetters(renderer, settings.public_origin),
        post_office=SmtpPostOffice(_server(settings), settings.sender, settings.sender_name),
        waiting=asyncio.Event(),
    )
    return await platform.service(
        Parts(
            deps=deps,
            routers=(api.router, pages.router),
            translate=renderer.word,
            on_error=renderer.on_error,
            subscriptions=SUBSCRIPTIONS,
            state={"pages": renderer},
            loops=(partial(keep_sending, deps),),
        )
    )


def _server(settings: NotificationsSettings) -> Server:
    password = settings.smtp_password
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.security,
        user=settings.smtp_user,
        password=password.get_secret_value() if password else None,
        timeout_s=settings.smtp_timeout_s,
    )
