"""The requests service over fakes: its deps, its people, its staff, and the events that reach it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from libs.chassis.clock import FixedClock
from libs.chassis.delivery import Delivery
from libs.chassis.errors import NotFound
from libs.chassis.memory import MemoryPlatform
from libs.chassis.web.caller import Caller
from libs.contracts.certificates import (
    CertificateChecked,
    CertificateDrafted,
    CertificateIssued,
    CertificateRegistered,
)
from libs.contracts.event import Data, Event
from libs.contracts.people import Identifier, IdentifierKind, Precision, Role, Sex
from libs.contracts.requests import (
    Category,
    Degree,
    DisabilityLine,
    Duration,
    RequestSubmitted,
)
from services.requests.adapters.directory import read_centres
from services.requests.adapters.store import RequestsStore
from services.requests.domain.medical_file import Holder, ScanKind
from services.requests.domain.person import KnownPerson, Person
from services.requests.domain.request import Request
from services.requests.domain.stages import Terms
from services.requests.handlers import centre_work, citizen, deciding, following, look_up, scanning
from services.requests.handlers.seeding import BankedFile, bank_file, register_centres
from services.requests.ports import Deps, FormFilling, Inspected, KeptScan

MEKNES = "061"
FES = "231"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PDF = b"%PDF-1.7 an invented scan"
LINE = DisabilityLine(
    category=Category.MENTAL, degree=Degree.PROFOUND, duration=Duration.PERMANENT, companion=True
)
ENTRY = centre_work.FileEntry(
    birth_precision=Precision.DAY,
    sex=Sex.MALE,
    birth_place="Ville-Test",
    arabic_family_name="العائلة",
    arabic_given_name="الاسم",
    latin_family_name="Famille",
    latin_given_name="Prénom",
)


class CountedReferences:
    """Numbers from 1 for each year."""

    def __init__(self) -> None:
        self._counts: dict[int, Iterator[int]] = {}

    async def next(self, year: int) -> int:
        return next(self._counts.setdefault(year, itertools.count(1)))


@dataclass
class MemoryScans:
    """Scan bytes in memory, with the owner that each was sealed for."""

    clock: FixedClock
    kept: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    waiting: dict[str, datetime] = field(default_factory=dict)

    async def write(self, scan_id: str, file_id: str, owner_id: str, content: bytes) -> None:
        self.kept[scan_id] = (file_id, owner_id, content)
        self.waiting[scan_id] = self.clock.now()

    async def confirm(self, scan_id: str) -> None:
        self.waiting.pop(scan_id, None)

    async def doubt(self, scan_id: str) -> None:
        self.waiting[scan_id] = self.clock.now()

    async def read(self, scan_id: str, owner_id: str) -> bytes:
        if scan_id not in self.kept or self.kept[scan_id][1] != owner_id:
            raise NotFound
        return self.kept[scan_id][2]

    async def remove(self, scan_id: str) -> None:
        self.kept.pop(scan_id, None)
        self.waiting.pop(scan_id, None)

    async def unconfirmed(self, before: datetime, limit: int) -> Sequence[KeptScan]:
        late = [scan_id for scan_id, since in self.waiting.items() if since < before]
        return [KeptScan(scan_id, self.kept[scan_id][0]) for scan_id in late[:limit]]


class TrustingInspector:
    """Takes every upload for a PDF of one page."""

    async def inspect(self, content: bytes) -> Inspected:
        return Inspected(content, "application/pdf", 1)


@dataclass
class NotedForms:
    """Says what it was asked to print."""

    printed: list[tuple[str, FormFilling | None]] = field(default_factory=list)

    async def print(self, kind: str, filling: FormFilling | None) -> bytes:
        self.printed.append((kind, filling))
        return b"%PDF-1.7 " + kind.encode()


def cin(number: str) -> Identifier:
    """A national identity card's number."""
    return Identifier(kind=IdentifierKind.CIN, number=number)


def staff(staff_id: str, *roles: Role, centres: Sequence[str] = ()) -> Caller:
    """One of the staff, authenticated at noon."""
    return Caller("staff", staff_id, frozenset(roles), frozenset(centres), f"session-{staff_id}", NOON)


AGENT = staff("agent", Role.COAPH_AGENT, centres=[MEKNES])
HEAD = staff("head", Role.COAPH_HEAD, centres=[MEKNES])
OTHER_AGENT = staff("other-agent", Role.COAPH_AGENT, centres=[FES])
DOCTOR = staff("doctor", Role.COMMITTEE_DOCTOR)
CHAIR = staff("chair", Role.COMMITTEE_CHAIR)


async def register_person(
    deps: Deps, number: str | Identifier, born_on: date = date(1990, 5, 12), person_id: str = ""
) -> Caller:
    """Somebody with an account, whose copy and key have arrived; a bare number is a CIN's."""
    identifier = cin(number) if isinstance(number, str) else number
    person_id = person_id or f"person-{identifier.number}"
    await deps.vault.create(person_id)
    known = KnownPerson(identifier, born_on)
    person = Person(person_id, deps.look_up(identifier), "ar", active=True, personal=known)
    await deps.store.persons.insert(person_id, person)
    return Caller("person", person_id, frozenset({Role.APPLICANT}), frozenset(), "session", NOON)


@dataclass
class World:
    """Everything at hand for one test."""

    deps: Deps
    platform: MemoryPlatform
    clock: FixedClock
    scans: MemoryScans
    forms: NotedForms
    _sequences: dict[tuple[str, str], int] = field(default_factory=dict)

    async def register(
        self, number: str | Identifier = "ZZ300001", born_on: date = date(1990, 5, 12), person_id: str = ""
    ) -> Caller:
        """Somebody with an account, whose copy and key have arrived."""
        return await register_person(self.deps, number, born_on, person_id)

    async def bank(self, number: str, born_on: date, file_id: str = "banked") -> None:
        """A medical file in the data bank, without an account."""
        holder = Holder(cin(number), born_on, Precision.DAY, Sex.FEMALE, "Ville-Test", "أ", "ب", "A", "B")
        await bank_file(self.deps, BankedFile(file_id, holder, PDF))

    def delivery(self, event: Event, key: str, secret: Data | None = None) -> Delivery[Any]:
        """The event as the consumer hands it over, with the next sequence of its lane."""
        topic = event.topics[0]
        self._sequences[topic, key] = self._sequences.get((topic, key), 0) + 1
        return Delivery(
            event=event,
            id=str(uuid.uuid4()),
            topic=topic,
            key=key,
            sequence=self._sequences[topic, key],
            secret=secret,
            complete=topic == "certificates.facts",
        )

    async def request(self, request_id: str) -> Request:
        """The request as it stands."""
        return (await self.deps.store.requests.get(request_id)).value

    async def submit(self, person: Caller, token: str = "", centre: str = MEKNES) -> Request:
        """File a request, the data bank not asked yet."""
        command = citizen.SubmitRequest(token or str(uuid.uuid4()), centre, "العائلة", "الاسم")
        return await citizen.submit_request(self.deps, person, command)

    async def look_up(self, request: Request) -> Request:
        """Let the data bank's answer arrive."""
        event = RequestSubmitted(
            **request.told(), submitted_at=request.submitted_at, channel=request.channel.value
        )
        await look_up.on_request_submitted(self.deps, self.delivery(event, request.id))
        return await self.request(request.id)

    async def at_entry(self, person: Caller) -> Request:
        """A request at stage 1."""
        request = await self.look_up(await self.submit(person))
        return await centre_work.register_deposit(self.deps, AGENT, request.id)

    async def at_check(self, person: Caller) -> Request:
        """A request at stage 2, entered and scanned by the agent."""
        request = await self.at_entry(person)
        await centre_work.enter_medical_file(self.deps, AGENT, request.id, ENTRY)
        await scanning.add_scan(self.deps, AGENT, request.id, ScanKind.MEDICAL_FILE, PDF)
        return await centre_work.finish_entry(self.deps, AGENT, request.id)

    async def in_committee(self, person: Caller) -> Request:
        """A request before the committee, with the doctor's opinion."""
        request = await self.at_check(person)
        await deciding.admit_request(self.deps, HEAD, request.id)
        return await deciding.enter_opinion(self.deps, DOCTOR, request.id, [LINE], None)

    async def approved(self, person: Caller) -> Request:
        """A request at stage 4."""
        request = await self.in_committee(person)
        return await deciding.approve_request(self.deps, CHAIR, request.id)

    async def hear(
        self, handler: Callable[[Deps, Delivery[Any]], Awaitable[None]], event: Event, key: str
    ) -> Request:
        """Let a fact of another service arrive; `key` is the request's id."""
        await handler(self.deps, self.delivery(event, key))
        return await self.request(key)

    async def issued(self, person: Caller, valid_until: date | None = None) -> Request:
        """A request whose certificate is in force."""
        request = await self.approved(person)
        told = certificate_told(request)
        await self.hear(following.on_drafted, CertificateDrafted(**told), request.id)
        await self.hear(following.on_checked, CertificateChecked(**told), request.id)
        registered = CertificateRegistered(**told, number="2026/000123")
        await self.hear(following.on_registered, registered, request.id)
        event = CertificateIssued(
            **told, number="2026/000123", issued_on=date(2026, 11, 23), valid_until=valid_until
        )
        return await self.hear(following.on_issued, event, request.id)


def certificate_told(request: Request) -> Any:
    """What every fact about the certificate of a request says in clear."""
    return {
        "certificate_id": request.id,
        "request_id": request.id,
        "person_id": request.person_id,
        "centre": request.centre,
    }


async def new_world() -> World:
    """A world with all centres and nobody in it, at noon of 23 November 2026."""
    clock = FixedClock(NOON)
    platform = MemoryPlatform(clock, "requests")
    scans = MemoryScans(clock)
    forms = NotedForms()
    deps = Deps(
        clock=clock,
        trust=None,
        vault=platform.vault,
        store=await RequestsStore.open(platform),
        references=CountedReferences(),
        scans=scans,
        inspector=TrustingInspector(),
        forms=forms,
        look_up=lambda identifier: f"digest of {identifier.canonical()}",
        new_id=lambda: str(uuid.uuid4()),
        terms=Terms(deposit_days=60, completion_days=30, procedure_days=60),
    )
    await register_centres(deps, read_centres())
    return World(deps, platform, clock, scans, forms)
