"""A service's web application over fakes, visitors with and without a session, and what they may send."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from fastapi import APIRouter

from libs.chassis.clock import FixedClock
from libs.chassis.settings import ServiceSettings, settings_for
from libs.chassis.web.app import ServiceApp, create_app
from libs.chassis.web.caller import Caller
from libs.chassis.web.health import Health
from libs.chassis.web.kept_store import MemoryKeptAnswers
from libs.chassis.web.parts import WebParts
from libs.chassis.web.problem import ErrorPage
from libs.chassis.web.sessions import COOKIE, Sessions, StaffStanding, TokenReader, TokenSigner

ORIGIN = "http://localhost:8080"
KEY_ID = "key-1"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FORM = {"origin": ORIGIN}
"""Headers of a form that was posted from our own origin."""


class ProbeSettings(ServiceSettings):
    model_config = settings_for("PROBE_")


def probe_settings(**changed: Any) -> ProbeSettings:
    """Usable settings of a service called probe."""
    key = base64.b64encode(b"k" * 32).decode()
    values: dict[str, Any] = {
        "environment": "test",
        "http_port": 0,
        "public_origin": ORIGIN,
        "mongo_url": "mongodb://127.0.0.1",
        "mongo_database": "probe",
        "kafka_bootstrap": "127.0.0.1:9092",
        "kafka_user": "probe",
        "kafka_password": "secret",
        "kek": key,
        "lookup_key": key,
    }
    return ProbeSettings(**(values | changed))


@dataclass
class Authority:
    """Keys, ended sessions and the staff, as a service would know them."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    private_key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    ended: set[str] = field(default_factory=set)
    staff: dict[str, StaffStanding] = field(default_factory=dict)
    asked_for_keys: int = 0

    async def find_key(self, key_id: str) -> EllipticCurvePublicKey | None:
        self.asked_for_keys += 1
        return self.private_key.public_key() if key_id == KEY_ID else None

    async def is_ended(self, session_id: str) -> bool:
        return session_id in self.ended

    async def find_staff(self, staff_id: str) -> StaffStanding | None:
        return self.staff.get(staff_id)

    def reader(self) -> TokenReader:
        return TokenReader(self, self, self.clock)

    def sessions(self) -> Sessions:
        return Sessions(self.reader(), self)

    def token(self, caller: Caller, *, ttl: timedelta = timedelta(minutes=15)) -> str:
        return TokenSigner(KEY_ID, self.private_key, self.clock).issue(caller, ttl=ttl)

    def hire(self, staff_id: str, *roles: str, centres: Sequence[str] = ()) -> Caller:
        """Somebody of the staff, authenticated now."""
        self.staff[staff_id] = StaffStanding(frozenset(roles), frozenset(centres))
        return Caller(
            "staff",
            staff_id,
            frozenset(roles),
            frozenset(centres),
            f"session-of-{staff_id}",
            self.clock.now(),
        )

    def person(self, person_id: str = "person-1", *roles: str) -> Caller:
        """Somebody with an account, authenticated now."""
        held = frozenset(roles or ("applicant",))
        return Caller("person", person_id, held, frozenset(), f"session-of-{person_id}", self.clock.now())


@dataclass
class Site:
    """The application under test and what stands behind it."""

    app: ServiceApp
    authority: Authority

    def cookie(self, caller: Caller, **more: str) -> dict[str, str]:
        """The `Cookie` header of a signed-in browser."""
        cookies = {COOKIE: self.authority.token(caller), **more}
        return {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}

    @asynccontextmanager
    async def client(self, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        """A client that follows no redirect and gets a 500 as a response."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            yield client


def words(lang: str, key: str, /, **details: object) -> str:
    """Stands for a catalogue: says what was asked of it."""
    return f"{lang}:{key}:{sorted(details)}"


def error_page(page: ErrorPage) -> str:
    """Stands for a template: shows what it was given."""
    return f"<html lang={page.lang}>{page.status} {page.slug} {page.request_id}</html>"


def build_site(
    *routers: APIRouter, settings: ProbeSettings | None = None, with_pages: bool = True, **parts: Any
) -> Site:
    """A service called probe with these routes."""
    authority = Authority()
    defaults: dict[str, Any] = {
        "sessions": authority.sessions(),
        "health": Health(),
        "clock": authority.clock,
        "translate": words,
        "on_error": error_page if with_pages else None,
        "kept": MemoryKeptAnswers(authority.clock),
    }
    wired = WebParts(**(defaults | parts))
    return Site(create_app("probe", settings or probe_settings(), routers, wired), authority)
