"""Puts verification together."""

from __future__ import annotations

import time
from functools import partial

from libs.chassis.clock import CivilCalendar
from libs.chassis.lease import MongoLease
from libs.chassis.periodic import periodically
from libs.chassis.platform import Parts, Platform
from libs.chassis.runtime import Service
from libs.chassis.web.access_tokens import AccessTokenReader
from libs.chassis.web.quota_store import MongoQuotas
from libs.chassis.web.throttle import Throttle
from libs.chassis.web.throttle_store import MongoCounters
from libs.contracts.certificates import CertificatesHeartbeat
from libs.contracts.partners import PARTNER_API
from libs.contracts.topics import BY_NAME
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.verification import api, handlers, pages
from services.verification.adapters.freshness import FreshnessTracker, boot_time_s
from services.verification.adapters.held_freshness import HeldFreshness
from services.verification.adapters.known_codes import MongoKnownCodes
from services.verification.adapters.known_numbers import MongoNumbers
from services.verification.adapters.list_key import FileListKey
from services.verification.adapters.list_store import MongoStatusLists
from services.verification.adapters.mirror import Mirror
from services.verification.adapters.misses import Misses
from services.verification.adapters.outlet import open_outlet
from services.verification.adapters.partner_uses import MongoUses
from services.verification.adapters.postman import HttpPostman
from services.verification.adapters.row_sealer import RowSealer
from services.verification.adapters.store import VerificationStore
from services.verification.api.front import ChecksFront
from services.verification.consumers import SUBSCRIPTIONS
from services.verification.handlers.delivering import Dispatch
from services.verification.ports import Deps, Freshness, Listing, Statuses
from services.verification.ports.inquiries import Inquiries
from services.verification.settings import VerificationSettings

_LISTS_EVERY_S = 3.0


async def build(settings: VerificationSettings) -> Service:
    """Open the platform and wire the service."""
    platform = await Platform.open("verification", settings)
    log_ends = platform.log_ends()
    freshness = FreshnessTracker(
        log_ends,
        BY_NAME[CertificatesHeartbeat.topics[0]],
        fresh_for_s=settings.fresh_for_s,
        ask_every_s=settings.ask_every_s,
    )
    renderer = Pages("services.verification", Assets.read())
    mirror = Mirror(platform.database, RowSealer(settings.kek.get_secret_value()), freshness)
    postman = HttpPostman(loopback_allowed=settings.environment != "production")
    deps = await _deps(platform, settings, freshness, mirror, postman)
    await handlers.publish_list_key(deps)
    return await platform.service(
        Parts(
            deps=deps,
            routers=(api.router, pages.router),
            translate=renderer.word,
            on_error=renderer.on_error,
            subscriptions=SUBSCRIPTIONS,
            state={"pages": renderer},
            front=ChecksFront(deps),
            loops=(
                freshness.run,
                mirror.run,
                Dispatch(deps).keep_delivering,
                periodically("status-lists", partial(handlers.publish_status_lists, deps), _LISTS_EVERY_S),
            ),
            closing=(log_ends.close, postman.close),
        )
    )


async def _deps(
    platform: Platform,
    settings: VerificationSettings,
    freshness: Freshness,
    mirror: Mirror,
    postman: HttpPostman,
) -> Deps:
    counters = MongoCounters(platform.database["attempts"])
    await counters.prepare()
    lookup_key = settings.lookup_key.get_secret_value()
    return Deps(
        clock=platform.clock,
        trust=platform.trust,
        store=await VerificationStore.open(platform, platform.vault),
        known=MongoKnownCodes(platform.database),
        throttle=Throttle(counters, lookup_key, platform.clock),
        partner_tokens=AccessTokenReader(
            platform.trust, settings.public_origin, f"{settings.public_origin}{PARTNER_API}", platform.clock
        ),
        listing=_listing(platform, settings, mirror),
        codes=mirror,
        freshness=HeldFreshness(freshness, boot_time_s),
        sealer=RowSealer(settings.kek.get_secret_value()),
        misses=Misses(lookup_key, time.monotonic),
        calendar=CivilCalendar(platform.clock),
        outlet=await open_outlet(platform, postman),
        inquiries=await _inquiries(platform),
    )


def _listing(platform: Platform, settings: VerificationSettings, statuses: Statuses) -> Listing:
    return Listing(
        origin=settings.public_origin,
        key=FileListKey.from_file(settings.status_key_file),
        statuses=statuses,
        lists=MongoStatusLists(platform.database),
        # Longer than a round, so that the next one is the same process'.
        lease=MongoLease(platform.database["leases"], "status-lists", ttl_s=4 * _LISTS_EVERY_S),
    )


async def _inquiries(platform: Platform) -> Inquiries:
    numbers = MongoNumbers(platform.database)
    quotas = MongoQuotas(platform.database["partner_quotas"])
    uses = MongoUses(platform.database["partner_uses"])
    await numbers.prepare()
    await quotas.prepare()
    await uses.prepare()
    return Inquiries(numbers, quotas, uses)
