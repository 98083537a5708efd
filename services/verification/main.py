"""Puts verification together."""

from __future__ import annotations

from functools import partial

from libs.chassis.lease import MongoLease
from libs.chassis.periodic import periodically
from libs.chassis.platform import Parts, Platform
from libs.chassis.runtime import Service
from libs.chassis.web.access_tokens import AccessTokenReader
from libs.chassis.web.throttle import Throttle
from libs.chassis.web.throttle_store import MongoCounters
from libs.contracts.certificates import CertificatesHeartbeat
from libs.contracts.partners import PARTNER_API
from libs.contracts.topics import BY_NAME
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.verification import api, handlers, pages
from services.verification.adapters.freshness import FreshnessTracker
from services.verification.adapters.known_codes import MongoKnownCodes
from services.verification.adapters.list_key import FileListKey
from services.verification.adapters.list_store import MongoStatusLists
from services.verification.adapters.status_source import MongoStatuses
from services.verification.adapters.store import VerificationStore
from services.verification.consumers import SUBSCRIPTIONS
from services.verification.ports import Deps, Freshness, Listing
from services.verification.settings import VerificationSettings

_LISTS_EVERY_S = 3.0


async def build(settings: VerificationSettings) -> Service:
    """Open the platform and wire the service."""
    platform = await Platform.open("verification", settings)
    counters = MongoCounters(platform.database["attempts"])
    await counters.prepare()
    log_ends = platform.log_ends()
    freshness = FreshnessTracker(log_ends, BY_NAME[CertificatesHeartbeat.topics[0]])
    renderer = Pages("services.verification", Assets.read())
    deps = Deps(
        clock=platform.clock,
        trust=platform.trust,
        store=await VerificationStore.open(platform, platform.vault),
        known=MongoKnownCodes(platform.database),
        throttle=Throttle(counters, settings.lookup_key.get_secret_value(), platform.clock),
        partner_tokens=AccessTokenReader(
            platform.trust, settings.public_origin, f"{settings.public_origin}{PARTNER_API}", platform.clock
        ),
        listing=_listing(platform, settings, freshness),
    )
    await handlers.publish_list_key(deps)
    return await platform.service(
        Parts(
            deps=deps,
            routers=(api.router, pages.router),
            translate=renderer.word,
            on_error=renderer.on_error,
            subscriptions=SUBSCRIPTIONS,
            state={"pages": renderer},
            loops=(
                freshness.run,
                periodically("status-lists", partial(handlers.publish_status_lists, deps), _LISTS_EVERY_S),
            ),
            closing=(log_ends.close,),
        )
    )


def _listing(platform: Platform, settings: VerificationSettings, freshness: Freshness) -> Listing:
    return Listing(
        origin=settings.public_origin,
        key=FileListKey.from_file(settings.status_key_file),
        statuses=MongoStatuses(platform.database),
        lists=MongoStatusLists(platform.database),
        freshness=freshness,
        # Longer than a round, so that the next one is the same process'.
        lease=MongoLease(platform.database["leases"], "status-lists", ttl_s=4 * _LISTS_EVERY_S),
    )
