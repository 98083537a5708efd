"""Verification over memory: its handlers, and certificates as events tell of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from starlette.datastructures import State

from libs.chassis.aggregates import AnyOf
from libs.chassis.clock import CivilCalendar, FixedClock
from libs.chassis.delivery import Delivery
from libs.chassis.memory import MemoryPlatform
from libs.chassis.subscription import Beat
from libs.chassis.web.quota import MemoryQuotas
from libs.chassis.web.throttle import MemoryCounters, Throttle
from libs.contracts.certificates import (
    CertificateState,
    CertificateStatus,
    CertificateVersion,
    PrintedContent,
    VerifierKeyPublished,
)
from libs.contracts.code import code_hash
from libs.contracts.people import Identifier, IdentifierKind, Precision, Sex
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration, PrintedPerson
from libs.ui.assets import Assets
from libs.ui.pages import Pages
from services.verification.adapters.misses import Misses
from services.verification.adapters.row_sealer import RowSealer
from services.verification.adapters.store import VerificationStore
from services.verification.consumers import SUBSCRIPTIONS
from services.verification.domain.inquiry import Use, UseSum
from services.verification.ports import Deps
from services.verification.ports.inquiries import Inquiries
from tests.support.answering import Memory
from tests.support.listing import SetFreshness, listing
from tests.support.outlets import outlet
from tests.support.partners import OwnIssuer, partner_state
from tests.support.qr_keys import OwnQrKey

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NETWORK = "192.0.2.7"
CODE = "0123456789ABCDEF"
OTHER_CODE = "GHJKMNPQRSTVWXYZ"
UNKNOWN_CODE = "ZZZZZZZZZZZZZZZZ"
BORN_ON = date(1994, 3, 8)
PAGES = Pages("services.verification")

PERSON = PrintedPerson(
    arabic_family_name="أيت وَعزيز",
    arabic_given_name="ياسين",
    latin_family_name="Aït Ouâziz",
    latin_given_name="Yassine",
    sex=Sex.MALE,
    birth_date=BORN_ON,
    birth_precision=Precision.DAY,
    birth_place="مكناس",
    identifier=Identifier(kind=IdentifierKind.CIN, number="ZZ100005"),
    disabilities=(
        DisabilityLine(
            category=Category.MOTOR, degree=Degree.MODERATE, duration=Duration.PERMANENT, companion=True
        ),
    ),
)


def version(code: str = CODE, **changed: Any) -> CertificateVersion:
    """A version in force, with what a test changes."""
    usual = {
        "version": 1,
        "number": "2026/000123",
        "code_hash": code_hash(code),
        "status": CertificateStatus.VALID,
        "issued_on": date(2026, 11, 20),
        "valid_until": None,
    }
    return CertificateVersion(**(usual | changed))


@dataclass
class Verifying:
    """The service under test."""

    clock: FixedClock
    platform: MemoryPlatform
    store: VerificationStore
    deps: Deps
    issuer: OwnIssuer
    memory: Memory
    freshness: SetFreshness
    sequence: int = 0

    async def know(
        self, *versions: CertificateVersion, person: PrintedPerson = PERSON, sequence: int | None = None
    ) -> None:
        """Let certificates tell of a certificate, through the service's own table."""
        self.sequence = sequence if sequence is not None else self.sequence + 1
        told = versions or (version(),)
        await self.platform.vault.create("person-1")
        event = CertificateState(
            certificate_id="request-1",
            request_id="request-1",
            person_id="person-1",
            centre="COAPH-061",
            versions=told,
        )
        delivery: Delivery[Any] = Delivery(
            event=event,
            id=f"event-{self.sequence}",
            topic="certificates.state",
            key="request-1",
            sequence=self.sequence,
            secret=PrintedContent(versions=(person,) * len(told)),
        )
        await self._told(delivery)
        self.memory.take((await self.store.certificates.get("request-1")).value)

    async def know_key(self, jwk: dict[str, str]) -> None:
        """Let certificates tell of a key with which QR payloads are checked."""
        event = VerifierKeyPublished(key_id=jwk["kid"], jwk=jwk, published_at=self.clock.now())
        await self._told(Delivery(event, f"event-of-{jwk['kid']}", "certificates.keys", jwk["kid"], 1))

    async def know_partner(self, **changed: Any) -> None:
        """Let identity tell of a partner."""
        event = partner_state(**changed)
        self.sequence += 1
        told_id = f"event-{self.sequence}"
        await self._told(Delivery(event, told_id, "identity.partners", event.client_id, self.sequence))

    async def _told(self, delivery: Delivery[Any]) -> None:
        rows = {row.event: row for row in SUBSCRIPTIONS if not isinstance(row, Beat)}
        await rows[type(delivery.event)].handler(self.deps, delivery)


@dataclass(frozen=True)
class StoredCodes:
    """The codes of what the store has."""

    store: VerificationStore

    async def code_hashes_of(self, certificate_id: str) -> Sequence[str]:
        found = await self.store.certificates.find(certificate_id)
        return found.value.code_hashes if found else ()


@dataclass
class StoredNumbers:
    """The numbers of what the store has."""

    store: VerificationStore
    lacking: bool = False

    async def code_hashes_of(self, numbers: Collection[str]) -> Mapping[str, str]:
        found = await self.store.certificates.find_by({"versions.number": AnyOf(list(numbers))})
        return {each.number: each.code_hash for stored in found for each in stored.value.versions}

    async def may_lack_some(self) -> bool:
        return self.lacking


@dataclass
class NotedUses:
    """Keeps each use as it was noted."""

    noted: list[Use] = field(default_factory=list)

    async def note(self, use: Use) -> None:
        self.noted.append(use)

    async def sums(
        self, client_id: str | None, since: datetime, until: datetime, limit: int
    ) -> Sequence[UseSum]:
        found: dict[tuple[datetime, str, str], UseSum] = {}
        for use in self.noted:
            hour = use.at.replace(minute=0, second=0, microsecond=0)
            if not since <= hour < until or client_id not in {None, use.client_id}:
                continue
            key = (hour, use.client_id, use.purpose)
            known = found.get(key) or UseSum(use.client_id, use.purpose, hour, 0, 0, 0)
            found[key] = replace(
                known,
                requests=known.requests + 1,
                asked=known.asked + use.asked,
                unknown=known.unknown + use.unknown,
            )
        ordered = sorted(found.values(), key=lambda each: (each.client_id, each.purpose))
        return sorted(ordered, key=lambda each: each.hour, reverse=True)[:limit]


@dataclass(frozen=True)
class Asked:
    """One request that reached the service, a browser's page or its worker behind it."""

    method: str
    address: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class PublicSite:
    """The service behind a free port, its built styles beside it.

    Attributes:
        qr_key: Signs payloads that the service's page takes for genuine.
        service: What stands behind it.
        state: Where its routes find their parts; a test may put another release there.
        asked: Every request so far.
    """

    origin: str
    assets: Assets
    qr_key: OwnQrKey
    service: Verifying
    state: State
    asked: list[Asked]


async def verifying() -> Verifying:
    """A service with an empty store."""
    clock = FixedClock(NOON)
    platform = MemoryPlatform(clock, "verification")
    store = await VerificationStore.open(platform, platform.vault)
    throttle = Throttle(MemoryCounters(clock), b"k" * 32, clock)
    issuer = OwnIssuer()
    memory, freshness = Memory(RowSealer(b"k" * 32)), SetFreshness()
    deps = Deps(
        clock=clock,
        trust=None,
        store=store,
        known=StoredCodes(store),
        throttle=throttle,
        partner_tokens=issuer.reader(clock),
        listing=listing(memory),
        codes=memory,
        freshness=freshness,
        sealer=memory.sealer,
        misses=Misses(b"k" * 32, lambda: clock.now().timestamp()),
        calendar=CivilCalendar(clock),
        outlet=outlet(platform.vault),
        inquiries=Inquiries(StoredNumbers(store), MemoryQuotas(clock), NotedUses()),
    )
    return Verifying(clock, platform, store, deps, issuer, memory, freshness)
