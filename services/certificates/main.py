"""The one place where certificates is wired."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from libs.chassis.ids import new_id
from libs.chassis.periodic import periodically
from libs.chassis.platform import Parts, Platform
from libs.chassis.runtime import Service
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.certificates import api, pages
from services.certificates.adapters.log_tree import open_log
from services.certificates.adapters.numbers import MongoNumbers
from services.certificates.adapters.papers import MongoPapers
from services.certificates.adapters.printer import PooledPrinter
from services.certificates.adapters.signer import SealProcess
from services.certificates.adapters.status_indices import MongoStatusIndices
from services.certificates.adapters.store import Store
from services.certificates.adapters.verifier_keys import open_verifier_keys
from services.certificates.consumers import SUBSCRIPTIONS
from services.certificates.handlers import sweep, work_off
from services.certificates.handlers.log import publish_log_head
from services.certificates.ports import Deps
from services.certificates.settings import CertificatesSettings

_PAGE_SETTERS = 2


@dataclass(frozen=True)
class Wired:
    """What the handlers receive, and what ends with the service."""

    deps: Deps
    closing: Sequence[Callable[[], Awaitable[None]]]


async def build(settings: CertificatesSettings) -> Service:
    """Wire the service."""
    platform = await Platform.open("certificates", settings)
    wired = await wire(platform, settings)
    words = Pages("services.certificates", Assets.read())
    return await platform.service(
        Parts(
            deps=wired.deps,
            routers=[api.router, pages.router],
            translate=words.word,
            on_error=words.on_error,
            subscriptions=SUBSCRIPTIONS,
            state={"pages": words},
            loops=[
                periodically("log", partial(publish_log_head, wired.deps), settings.log_every_s),
                periodically("sweep", partial(sweep, wired.deps), settings.sweep_every_s),
                periodically("batches", partial(work_off, wired.deps, new_id()), settings.batch_every_s),
            ],
            closing=wired.closing,
        )
    )


async def wire(platform: Platform, settings: CertificatesSettings) -> Wired:
    """Make what the handlers receive."""
    store = await Store.open(platform)
    numbers = MongoNumbers(platform.database)
    await numbers.prepare()
    log, log_tree = await open_log(
        platform.database, settings.public_origin, settings.log_key_file, secrets.token_bytes
    )
    pool = ThreadPoolExecutor(_PAGE_SETTERS, thread_name_prefix="pages")
    signer = SealProcess(settings.seal_key_file)

    async def end_pool() -> None:
        pool.shutdown()

    deps = Deps(
        clock=platform.clock,
        trust=platform.trust,
        certificates=store.certificates,
        batches=store.batches,
        queries=store,
        numbers=numbers,
        papers=MongoPapers(platform.database, platform.vault, platform.clock),
        printer=PooledPrinter(pool),
        signer=signer,
        log=log,
        log_tree=log_tree,
        status_indices=MongoStatusIndices(platform.database),
        verifier_keys=await open_verifier_keys(platform),
        entropy=secrets.token_bytes,
        origin=settings.public_origin,
    )
    return Wired(deps, [signer.close, end_pool])
