"""The composition root: the only place where identity's parts are wired."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from libs.chassis.crypto import lookup_digest
from libs.chassis.hashing import Hasher
from libs.chassis.ids import new_id, new_secret
from libs.chassis.platform import Parts, Platform
from libs.chassis.runtime import Service
from libs.chassis.web.access_tokens import AccessTokenSigner
from libs.chassis.web.sessions import Sessions, TokenReader, TokenSigner
from libs.chassis.web.throttle import Limit, Throttle
from libs.chassis.web.throttle_store import MongoCounters
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.identity import api, pages
from services.identity.adapters.denied_codes import read_denied_codes
from services.identity.adapters.key_sharing import KeySharing
from services.identity.adapters.own_trust import OwnTrust
from services.identity.adapters.signing_key import SigningPair, load_or_create
from services.identity.adapters.store import IdentityStore
from services.identity.adapters.used_assertions import CountedAssertions
from services.identity.consumers import SUBSCRIPTIONS
from services.identity.handlers.signing import publish_signing_key
from services.identity.ports import Deps, Limits, Policy
from services.identity.settings import IdentitySettings

_MINUTE_S = 60
_QUARTER_S = 15 * _MINUTE_S
_HOUR_S = 60 * _MINUTE_S


@dataclass(frozen=True)
class Wired:
    """The parts that handlers receive, and what to do when all has stopped."""

    deps: Deps
    close: Callable[[], None]


async def build(settings: IdentitySettings) -> Service:
    """Wire the service.

    Raises:
        SigningKeyUnusable: The signing key's file can't be used.
    """
    platform = await Platform.open("identity", settings)
    signing = load_or_create(settings.signing_key_file)
    wired = await wire(platform, settings, signing)
    await publish_signing_key(wired.deps, signing.key_id, signing.jwk)
    trust = OwnTrust(wired.deps.store)
    shown = Pages("services.identity", Assets.read())

    async def close() -> None:
        wired.close()

    parts = Parts(
        deps=wired.deps,
        routers=[api.router, pages.router],
        translate=shown.word,
        on_error=shown.on_error,
        subscriptions=SUBSCRIPTIONS,
        sessions=Sessions(TokenReader(trust, trust, platform.clock), trust),
        state={"pages": shown},
        closing=[close],
    )
    return await platform.service(parts)


async def wire(platform: Platform, settings: IdentitySettings, signing: SigningPair) -> Wired:
    """Make what the handlers receive; the seed needs no more than this."""
    counters = MongoCounters(platform.database["attempts"])
    await counters.prepare()
    used = MongoCounters(platform.database["used_assertions"])
    await used.prepare()
    lookup_key = settings.lookup_key.get_secret_value()
    hasher = Hasher(settings.pepper.get_secret_value())
    sharing = KeySharing({name: kek.get_secret_value() for name, kek in settings.reader_keks.items()})
    deps = Deps(
        clock=platform.clock,
        store=await IdentityStore.open(platform),
        vault=platform.vault,
        hasher=hasher,
        attempts=Throttle(counters, lookup_key, platform.clock),
        tokens=TokenSigner(signing.key_id, signing.private_key, platform.clock),
        access_tokens=AccessTokenSigner(
            signing.key_id, signing.private_key, settings.public_origin, platform.clock
        ),
        used_assertions=CountedAssertions(used),
        policy=policy_of(settings),
        lookup=lambda text: lookup_digest(lookup_key, text),
        share_key=sharing.share,
        random=secrets.token_bytes,
        new_id=new_id,
        new_session_id=new_secret,
    )
    return Wired(deps, hasher.close)


def policy_of(settings: IdentitySettings) -> Policy:
    """What the platform's owner decided in the settings."""
    limits = Limits(
        login_identity=Limit("login-identity", settings.logins_per_identity, _QUARTER_S),
        login_network=Limit("login-network", settings.logins_per_network, _QUARTER_S),
        login_all=Limit("login-all", settings.logins_per_minute, _MINUTE_S),
        mail_identity=Limit("mail-identity", settings.mails_per_identity, _HOUR_S),
        register_network=Limit("register-network", settings.registrations_per_network, _HOUR_S),
        token_client=Limit("token-client", settings.token_faults_per_client, _QUARTER_S),
        token_network=Limit("token-network", settings.token_faults_per_network, _QUARTER_S),
    )
    return Policy(
        issuer=settings.public_origin,
        cin_pattern=settings.cin_pattern,
        code_ttl=timedelta(hours=settings.code_ttl_h),
        terms_version=settings.terms_version,
        denied_codes=read_denied_codes(),
        limits=limits,
    )
