"""The one place where certificates is wired."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from libs.chassis.heartbeats import Heart
from libs.chassis.ids import new_id
from libs.chassis.periodic import periodically
from libs.chassis.platform import Parts, Platform
from libs.chassis.runtime import Loop, Service
from libs.contracts.certificates import CertificatesHeartbeat
from libs.contracts.topics import BY_NAME
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.certificates import api, pages
from services.certificates.adapters.credentials import CredentialsFolder
from services.certificates.adapters.log_tree import open_log
from services.certificates.adapters.log_voids import MongoLogVoids
from services.certificates.adapters.numbers import MongoNumbers
from services.certificates.adapters.papers import MongoPapers
from services.certificates.adapters.payload_key import HeldPayloadKey
from services.certificates.adapters.printer import PooledPrinter
from services.certificates.adapters.seal import FileStore, KeyStore, KmsStore, TokenStore
from services.certificates.adapters.seal.request import certificate_request
from services.certificates.adapters.sealing import DocumentSealer
from services.certificates.adapters.signer import QR, SEAL, KeyProcess
from services.certificates.adapters.status_indices import MongoStatusIndices
from services.certificates.adapters.store import CERTIFICATES, Store
from services.certificates.adapters.timestamps import WAITING, HttpTimeStamps
from services.certificates.adapters.verifier_keys import open_verifier_keys
from services.certificates.consumers import SUBSCRIPTIONS
from services.certificates.handlers import sweep, work_off
from services.certificates.handlers.beating import heartbeat
from services.certificates.handlers.log import publish_log_head, void_unused_entries
from services.certificates.handlers.payloads import publish_verifier_key
from services.certificates.handlers.stamping import stamp_seals
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
                periodically("voids", partial(void_unused_entries, wired.deps), settings.log_void_every_s),
                periodically("sweep", partial(sweep, wired.deps), settings.sweep_every_s),
                periodically("keys", partial(publish_verifier_key, wired.deps), settings.sweep_every_s),
                *_stamping(wired.deps, settings),
                periodically("batches", partial(work_off, wired.deps, new_id()), settings.batch_every_s),
            ],
            closing=wired.closing,
            heart=Heart(BY_NAME[CertificatesHeartbeat.topics[0]], heartbeat, settings.beat_every_s),
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
    keys = KeyProcess(_key_store(settings))

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
        signer=DocumentSealer(keys, _credentials(settings), platform.clock),
        payload_key=HeldPayloadKey(keys),
        log=log,
        log_tree=log_tree,
        log_voids=MongoLogVoids(platform.database, log, CERTIFICATES.name),
        status_indices=MongoStatusIndices(platform.database),
        verifier_keys=await open_verifier_keys(platform),
        entropy=secrets.token_bytes,
        origin=settings.public_origin,
    )
    return Wired(deps, [keys.close, end_pool])


async def request_certificate(settings: CertificatesSettings) -> str:
    """A request to a certification authority (PKCS#10, in PEM) for the seal's key, wherever that is held."""
    keys = KeyProcess(_key_store(settings))
    try:
        return await certificate_request(keys, SEAL)
    finally:
        await keys.close()


def _stamping(deps: Deps, settings: CertificatesSettings) -> Sequence[Loop]:
    """The loop that brings seals their time-stamps, where there is an authority."""
    if not settings.time_stamp_url:
        return ()
    time_stamps = HttpTimeStamps(settings.time_stamp_url, _credentials(settings), deps.clock)

    async def stamp() -> None:
        WAITING.set(await stamp_seals(deps, time_stamps))

    return (periodically("stamps", stamp, settings.stamp_every_s),)


def _key_store(settings: CertificatesSettings) -> KeyStore:
    labels = {SEAL: settings.seal_key_label, QR: settings.qr_key_label}
    if settings.key_store == "pkcs11" and settings.pkcs11_module is not None:
        pin, variables = settings.pkcs11_pin.get_secret_value(), settings.pkcs11_variables
        return TokenStore(settings.pkcs11_module, settings.pkcs11_token, labels, pin, variables)
    if settings.key_store == "kms":
        return KmsStore(settings.kms_url, labels, settings.kms_bearer.get_secret_value())
    beside = settings.seal_key_file.with_name(f"{settings.seal_key_file.stem}-qr.pem")
    return FileStore({SEAL: settings.seal_key_file, QR: settings.qr_key_file or beside})


def _credentials(settings: CertificatesSettings) -> CredentialsFolder:
    return CredentialsFolder(settings.credentials_folder or settings.seal_key_file.parent / "credentials")
