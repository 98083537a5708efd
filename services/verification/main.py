"""Puts verification together."""

from __future__ import annotations

from libs.chassis.platform import Parts, Platform
from libs.chassis.runtime import Service
from libs.chassis.web.access_tokens import AccessTokenReader
from libs.chassis.web.throttle import Throttle
from libs.chassis.web.throttle_store import MongoCounters
from libs.contracts.partners import PARTNER_API
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.verification import api, pages
from services.verification.adapters.store import VerificationStore
from services.verification.consumers import SUBSCRIPTIONS
from services.verification.ports import Deps
from services.verification.settings import VerificationSettings


async def build(settings: VerificationSettings) -> Service:
    """Open the platform and wire the service."""
    platform = await Platform.open("verification", settings)
    counters = MongoCounters(platform.database["attempts"])
    await counters.prepare()
    renderer = Pages("services.verification", Assets.read())
    deps = Deps(
        clock=platform.clock,
        trust=platform.trust,
        store=await VerificationStore.open(platform, platform.vault),
        throttle=Throttle(counters, settings.lookup_key.get_secret_value(), platform.clock),
        partner_tokens=AccessTokenReader(
            platform.trust, settings.public_origin, f"{settings.public_origin}{PARTNER_API}", platform.clock
        ),
    )
    return await platform.service(
        Parts(
            deps=deps,
            routers=(api.router, pages.router),
            translate=renderer.word,
            on_error=renderer.on_error,
            subscriptions=SUBSCRIPTIONS,
            state={"pages": renderer},
        )
    )
