"""The identity service in memory: its parts, what it has published, and a browser before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from libs.chassis.clock import FixedClock
from libs.chassis.crypto import lookup_digest
from libs.chassis.delivery import opened
from libs.chassis.ids import new_id, new_secret
from libs.chassis.memory import MemoryPlatform
from libs.chassis.outbox import envelopes_of
from libs.chassis.web.access_tokens import AccessTokenSigner
from libs.chassis.web.app import ServiceApp, create_app
from libs.chassis.web.health import Health
from libs.chassis.web.kept_store import MemoryKeptAnswers
from libs.chassis.web.parts import WebParts
from libs.chassis.web.sessions import Sessions, TokenReader, TokenSigner
from libs.chassis.web.throttle import Limit, MemoryCounters, Throttle
from libs.contracts.event import Data, Event
from libs.contracts.identity import SecretCode, SecretCodeIssued
from libs.contracts.people import Identifier, IdentifierKind
from libs.contracts.registry import EVENTS
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.identity import api, pages
from services.identity.adapters.denied_codes import read_denied_codes
from services.identity.adapters.key_sharing import KeySharing
from services.identity.adapters.own_trust import OwnTrust
from services.identity.adapters.signing_key import pair_of
from services.identity.adapters.store import IdentityStore
from services.identity.adapters.used_assertions import CountedAssertions
from services.identity.handlers.registration import Registration, register
from services.identity.handlers.signing import publish_signing_key
from services.identity.ports import Deps, Limits, Policy
from tests.support.visitors import probe_settings

ORIGIN = "https://localhost:8443"
START = datetime(2026, 10, 12, 9, tzinfo=UTC)
NETWORK = "198.51.100.7"
BORN_ON = date(1980, 2, 1)
EMAIL = "brahim@example.org"
READER_KEKS = {"requests": b"r" * 32, "notifications": b"n" * 32}
CHOSEN = "a code of mine"

E = TypeVar("E", bound=Event)


class CountingHasher:
    """Stands for Argon2: counts how much work was done."""

    def __init__(self) -> None:
        self.work = 0

    async def hash_secret(self, secret: str) -> str:
        self.work += 1
        return f"hash of {secret}"

    async def verify_secret(self, stored: str, secret: str) -> bool:
        self.work += 1
        return stored == f"hash of {secret}"

    async def verify_nothing(self, secret: str) -> None:
        assert secret is not None
        self.work += 1


@dataclass
class Randomness:
    """Random bytes that a test can tell apart."""

    drawn: int = 0

    def __call__(self, size: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(size, "big")


@dataclass
class House:
    """The service over memory."""

    deps: Deps
    ground: MemoryPlatform
    clock: FixedClock
    hasher: CountingHasher
    pages: Pages

    async def facts(self) -> list[tuple[Event, Data | None]]:
        """Everything that was published, opened, in the order of each aggregate."""
        found = []
        for collection in self.ground._opened:
            for pending in await collection.pending(1000):
                for entry in pending.entries:
                    envelope = envelopes_of("identity", pending.aggregate_id, entry)[0]
                    event = EVENTS[envelope.type].model_validate_json(envelope.data)
                    delivery = await opened(envelope, event, self.ground.vault, complete=False)
                    found.append((event, delivery.secret))
        return found

    async def of_type(self, kind: type[E]) -> list[E]:
        """The published events of one type."""
        return [event for event, _ in await self.facts() if isinstance(event, kind)]

    async def mailed_codes(self) -> list[tuple[str, str]]:
        """Reason and text of every code that was mailed."""
        return [
            (event.reason, secret.code)
            for event, secret in await self.facts()
            if isinstance(event, SecretCodeIssued) and isinstance(secret, SecretCode)
        ]

    async def register(self, number: str = "ZZ100002", email: str = EMAIL) -> str:
        """Somebody with an account; returns the mailed code."""
        await register(self.deps, registration(number, email))
        return (await self.mailed_codes())[-1][1]

    def app(self) -> ServiceApp:
        """The web application."""
        trust = OwnTrust(self.deps.store)
        parts = WebParts(
            sessions=Sessions(TokenReader(trust, trust, self.clock), trust),
            health=Health(),
            clock=self.clock,
            translate=self.pages.word,
            on_error=self.pages.on_error,
            kept=MemoryKeptAnswers(self.clock),
        )
        settings = probe_settings(public_origin=ORIGIN)
        app = create_app("identity", settings, [api.router, pages.router], parts)
        app.state.deps, app.state.pages = self.deps, self.pages
        return app

    @asynccontextmanager
    async def browser(self, lang: str = "ar") -> AsyncIterator[httpx.AsyncClient]:
        """A browser that keeps cookies and follows no redirect by itself."""
        transport = httpx.ASGITransport(self.app())
        headers = {"origin": ORIGIN, "accept": "text/html", "accept-language": lang}
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            yield client


def cin(number: str = "ZZ100002") -> Identifier:
    return Identifier(kind=IdentifierKind.CIN, number=number)


def registration(number: str = "ZZ100002", email: str = EMAIL, born_on: date = BORN_ON) -> Registration:
    return Registration(cin(number), born_on, email, "ar", NETWORK)


def limits(**changed: int) -> Limits:
    """Limits that no test reaches by chance."""
    most = {"identity": 1000, "network": 1000, "everybody": 1000, "mail": 1000, "register": 1000}
    most |= {"token_client": 1000, "token_network": 1000} | changed
    return Limits(
        login_identity=Limit("login-identity", most["identity"], 900),
        login_network=Limit("login-network", most["network"], 900),
        login_all=Limit("login-all", most["everybody"], 60),
        mail_identity=Limit("mail-identity", most["mail"], 3600),
        register_network=Limit("register-network", most["register"], 3600),
        token_client=Limit("token-client", most["token_client"], 900),
        token_network=Limit("token-network", most["token_network"], 900),
    )


_PAGES: list[Pages] = []


def _shown() -> Pages:
    """The templates, read once."""
    if not _PAGES:
        _PAGES.append(Pages("services.identity", Assets()))
    return _PAGES[0]


async def build_house(**changed_limits: int) -> House:
    """The service, with nobody in it."""
    clock = FixedClock(START)
    ground = MemoryPlatform(clock, "identity")
    hasher = CountingHasher()
    pair = pair_of(generate_private_key(SECP256R1()))
    deps = Deps(
        clock=clock,
        store=await IdentityStore.open(ground),
        vault=ground.vault,
        hasher=hasher,
        attempts=Throttle(MemoryCounters(clock), b"t" * 32, clock),
        tokens=TokenSigner(pair.key_id, pair.private_key, clock),
        access_tokens=AccessTokenSigner(pair.key_id, pair.private_key, ORIGIN, clock),
        used_assertions=CountedAssertions(MemoryCounters(clock)),
        policy=Policy(
            issuer=ORIGIN,
            cin_pattern=r"[A-Z]{1,2}[0-9]{4,7}",
            code_ttl=timedelta(hours=24),
            terms_version="2026-11",
            denied_codes=read_denied_codes(),
            limits=limits(**changed_limits),
        ),
        lookup=lambda text: lookup_digest(b"l" * 32, text),
        share_key=KeySharing(READER_KEKS).share,
        random=Randomness(),
        new_id=new_id,
        new_session_id=new_secret,
    )
    await publish_signing_key(deps, pair.key_id, pair.jwk)
    return House(deps, ground, clock, hasher, _shown())


def path_of(response: httpx.Response) -> str:
    """Where a redirect leads, without its query."""
    return urlsplit(response.headers["location"]).path


def born(when: date = BORN_ON) -> dict[str, str]:
    """A birth date as a form sends it."""
    return {"born_on-day": str(when.day), "born_on-month": str(when.month), "born_on-year": str(when.year)}
