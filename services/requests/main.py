"""The composition root of requests: the only place that wires."""

from __future__ import annotations

from libs.chassis.crypto import lookup_digest
from libs.chassis.ids import new_id
from libs.chassis.periodic import periodically
from libs.chassis.platform import Parts, Platform
from libs.chassis.runtime import Service
from libs.contracts.people import Identifier
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.requests import api, pages
from services.requests.adapters.forms import PdfForms
from services.requests.adapters.inspection import UploadInspector
from services.requests.adapters.references import MongoReferences
from services.requests.adapters.scans import BucketScans
from services.requests.adapters.store import RequestsStore
from services.requests.consumers import SUBSCRIPTIONS
from services.requests.handlers.deadlines import close_overdue_requests
from services.requests.handlers.scanning import sweep_scans
from services.requests.ports import Deps
from services.requests.settings import RequestsSettings


async def build(settings: RequestsSettings) -> Service:
    """Wire the service."""
    platform = await Platform.open("requests", settings)
    deps = await wire(platform, settings)
    shown = Pages("services.requests", Assets.read())
    parts = Parts(
        deps=deps,
        routers=[api.router, pages.router],
        translate=shown.word,
        on_error=shown.on_error,
        subscriptions=SUBSCRIPTIONS,
        state={"pages": shown},
        loops=[periodically("sweep", lambda: sweep(deps), settings.sweep_every_s)],
    )
    return await platform.service(parts)


async def wire(platform: Platform, settings: RequestsSettings) -> Deps:
    """Make what the handlers receive; the seed needs no more than this."""
    lookup_key = settings.lookup_key.get_secret_value()

    def look_up(identifier: Identifier) -> str:
        return lookup_digest(lookup_key, identifier.canonical())

    return Deps(
        clock=platform.clock,
        trust=platform.trust,
        vault=platform.vault,
        store=await RequestsStore.open(platform),
        references=MongoReferences(platform.database),
        scans=BucketScans(platform.database, platform.vault, platform.clock),
        inspector=UploadInspector(),
        forms=PdfForms(),
        look_up=look_up,
        new_id=new_id,
        terms=settings.terms,
    )


async def sweep(deps: Deps) -> None:
    """Close what is overdue and remove scans that nothing refers to."""
    await close_overdue_requests(deps)
    await sweep_scans(deps)
