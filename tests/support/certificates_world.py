"""Certificates in memory: its fakes, its staff, and files at any stage."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, cast

from libs.chassis.aggregates import Stored
from libs.chassis.clock import FixedClock
from libs.chassis.crypto import Tampered
from libs.chassis.delivery import Delivery
from libs.chassis.errors import NotFound
from libs.chassis.memory import MemoryPlatform
from libs.chassis.trust import Trust
from libs.chassis.web.caller import Caller
from libs.contracts.event import Event
from libs.contracts.people import Identifier, IdentifierKind, Precision, Role, Sex
from libs.contracts.requests import (
    Category,
    Degree,
    DisabilityLine,
    Duration,
    PrintedPerson,
    RequestApproved,
    WithdrawalRequested,
)
from services.certificates import handlers
from services.certificates.adapters.store import Store
from services.certificates.adapters.verifier_keys import open_verifier_keys
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.evidence import Evidence
from services.certificates.domain.number import VoidReason, format_number
from services.certificates.domain.printed import CertificateContent
from services.certificates.domain.proof import ProofField, ProofLine
from services.certificates.domain.version import Kept, Paper, Seal, SealLevel
from services.certificates.errors import SealUnavailable
from services.certificates.ports import Deps
from tests.support.memory_log import MemoryLog
from tests.support.qr_keys import OwnQrKey

MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
MEKNES = "061"
FES = "231"
ORIGIN = "http://localhost:8080"

PRINTED = PrintedPerson(
    arabic_family_name="أيت وعزيز",
    arabic_given_name="ياسين",
    latin_family_name="Aït Ouâziz",
    latin_given_name="Yassine",
    sex=Sex.MALE,
    birth_date=date(1994, 3, 8),
    birth_precision=Precision.DAY,
    birth_place="مكناس",
    identifier=Identifier(kind=IdentifierKind.CIN, number="ZZ100005"),
    disabilities=(
        DisabilityLine(
            category=Category.MENTAL, degree=Degree.PROFOUND, duration=Duration.PERMANENT, companion=True
        ),
    ),
)


def staff(staff_id: str, *roles: Role, centres: Sequence[str] = ()) -> Caller:
    """One of the staff, authenticated this morning."""
    return Caller("staff", staff_id, frozenset(roles), frozenset(centres), f"session-{staff_id}", MORNING)


OFFICER = staff("officer", Role.CERTIFICATE_OFFICER)
CONTROLLER = staff("controller", Role.CONTROLLER)
REGISTRAR = staff("registrar", Role.REGISTRAR)
SIGNATORY = staff("signatory", Role.SIGNATORY)
DESK = staff("desk", Role.DELIVERY_DESK, centres=[MEKNES])
OTHER_DESK = staff("other-desk", Role.DELIVERY_DESK, centres=[FES])


def holder(person_id: str = "person-1") -> Caller:
    """Somebody with an account."""
    return Caller("person", person_id, frozenset({Role.APPLICANT}), frozenset(), "session", MORNING)


@dataclass
class MemoryNumbers:
    """Gives out numbers in a dictionary."""

    taken: dict[str, str] = field(default_factory=dict)
    voided: dict[str, VoidReason] = field(default_factory=dict)

    async def take(self, year: int, certificate_id: str, _at: datetime) -> str:
        return self.taken.setdefault(certificate_id, format_number(year, len(self.taken) + 1))

    async def void(self, certificate_id: str, reason: VoidReason, _at: datetime) -> None:
        if certificate_id in self.taken:
            self.voided[self.taken[certificate_id]] = reason

    async def void_lost(self, _year: int, _before: datetime, _at: datetime) -> int:
        return 0


@dataclass
class MemoryStatusIndices:
    """Counts up."""

    taken: int = 0

    async def take(self) -> int:
        self.taken += 1
        return self.taken - 1


@dataclass
class MemoryPapers:
    """Keeps PDFs in a dictionary; the first one under an id stays."""

    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    async def find(self, paper_id: str) -> Kept | None:
        found = self.kept.get(paper_id)
        return None if found is None else _kept(paper_id, found[1])

    async def keep(self, paper_id: str, person_id: str, pdf: bytes) -> Kept:
        _owner, first = self.kept.setdefault(paper_id, (person_id, pdf))
        return _kept(paper_id, first)

    async def read(self, paper: Paper, seal: Seal, person_id: str) -> bytes:
        owner, pdf = self.kept.get(paper.paper_id, ("", b""))
        if owner != person_id:
            raise NotFound
        if sha256(pdf).hexdigest() != paper.sha256:
            raise Tampered(place="papers")
        return pdf + base64.b64decode(seal.cms)


def _kept(paper_id: str, pdf: bytes) -> Kept:
    covered = sha256(b"but for its slot " + pdf).hexdigest()
    return Kept(Paper(paper_id, sha256(pdf).hexdigest()), covered)


@dataclass
class NotedPrinter:
    """Prints a page's words into bytes, and remembers every page."""

    pages: list[tuple[CertificateContent, bool]] = field(default_factory=list)
    misprint: str = ""

    async def print_page(self, content: CertificateContent, _evidence: Evidence) -> bytes:
        self.pages.append((content, False))
        return f"%PDF-1.7 {content}".encode()

    async def print_preview(self, content: CertificateContent) -> bytes:
        self.pages.append((content, True))
        return f"%PDF-1.7 preview {content}".encode()

    async def prove(
        self, content: CertificateContent, printed: PrintedPerson, _valid_until: date | None
    ) -> Sequence[ProofLine]:
        said = f"{printed.arabic_given_name} {printed.arabic_family_name}"
        return [ProofLine(ProofField.NAME, (self.misprint or content.holder.arabic_name,), (said,))]


@dataclass
class NotedSigner:
    """Signs as the seal does: the same digest gets the same signature."""

    signed: list[str] = field(default_factory=list)
    silent: bool = False

    async def sign(self, sha256: str) -> Seal:
        if self.silent:
            raise SealUnavailable
        self.signed.append(sha256)
        cms = base64.b64encode(f"seal of {sha256}".encode()).decode()
        return Seal("key-1", cms, SealLevel.BASELINE_B)

    def evidence(self) -> Evidence:
        return Evidence()


@dataclass
class World:
    """Everything at hand for one test."""

    deps: Deps
    platform: MemoryPlatform
    clock: FixedClock
    numbers: MemoryNumbers
    papers: MemoryPapers
    printer: NotedPrinter
    signer: NotedSigner
    log: MemoryLog
    _sequences: dict[str, int] = field(default_factory=dict)

    def delivery(self, event: Event, key: str, secret: Any = None) -> Delivery[Any]:
        """The next event of `key`, as the consumer hands it to a handler."""
        sequence = self._sequences[key] = self._sequences.get(key, 0) + 1
        return Delivery(event, f"event-{key}-{sequence}", event.topics[0], key, sequence, secret)

    async def approved(
        self,
        request_id: str = "request-1",
        person_id: str = "person-1",
        *,
        centre: str = MEKNES,
        valid_until: date | None = None,
        printed: PrintedPerson = PRINTED,
        renews: str | None = None,
    ) -> str:
        """A file at stage 4, as an approval opens it; returns its id."""
        await self.platform.vault.create(person_id)
        event = RequestApproved(
            request_id=request_id,
            reference="2026-0000123",
            person_id=person_id,
            centre=centre,
            approved_at=MORNING,
            valid_until=valid_until,
            centre_name="مركز مكناس",
            renews=renews,
        )
        await handlers.on_request_approved(self.deps, self.delivery(event, request_id, printed))
        return request_id

    async def withdrawal_of(self, request_id: str) -> Delivery[WithdrawalRequested]:
        """The applicant's wish to withdraw."""
        file = await self.file(request_id)
        event = WithdrawalRequested(
            request_id=request_id, reference=file.reference, person_id=file.person_id, centre=file.centre
        )
        return self.delivery(event, request_id)

    async def brought_to(self, stage: Stage, request_id: str = "request-1", **approval: Any) -> str:
        """A file that the staff has carried to `stage`; returns its id."""
        await self.approved(request_id, **approval)
        steps = (
            (Stage.CONTROL, handlers.draft, OFFICER),
            (Stage.RECORDING, handlers.check, CONTROLLER),
            (Stage.SIGNATURE, handlers.register, REGISTRAR),
            (Stage.ISSUED, handlers.sign, SIGNATORY),
        )
        for _reached, act, caller in itertools.takewhile(lambda step: step[0] <= stage, steps):
            await act(self.deps, caller, request_id)
        return request_id

    async def stored(self, request_id: str = "request-1") -> Stored[Certificate]:
        """The file as it is stored."""
        return await self.deps.certificates.get(request_id)

    async def file(self, request_id: str = "request-1") -> Certificate:
        """The file."""
        return (await self.stored(request_id)).value

    def with_parts(self, **parts: Any) -> Deps:
        """The handlers' parts with others in the place of some."""
        return replace(self.deps, **parts)


async def new_world() -> World:
    """A world without a file, in the morning of 23 November 2026."""
    clock = FixedClock(MORNING)
    platform = MemoryPlatform(clock, "certificates")
    store = await Store.open(platform)
    numbers, papers, printer, signer = MemoryNumbers(), MemoryPapers(), NotedPrinter(), NotedSigner()
    log = MemoryLog()
    draws = itertools.count(1)
    deps = Deps(
        clock=clock,
        trust=cast("Trust", None),
        certificates=store.certificates,
        batches=store.batches,
        queries=store,
        numbers=numbers,
        papers=papers,
        printer=printer,
        signer=signer,
        payload_key=OwnQrKey(),
        log=log,
        log_tree=log,
        log_voids=log,
        status_indices=MemoryStatusIndices(),
        verifier_keys=await open_verifier_keys(platform),
        entropy=lambda size: next(draws).to_bytes(size),
        origin=ORIGIN,
    )
    return World(deps, platform, clock, numbers, papers, printer, signer, log)


class Crash(Exception):
    """The process ends here."""


class Crashing:
    """Stands before a part and ends the process at the n-th call of one of its methods.

    Args:
        part: What really works.
        method: Whose calls are counted.
        after: Let the call take effect first.
    """

    def __init__(self, part: object, method: str, *, at_call: int = 1, after: bool = False) -> None:
        self._part = part
        self._method = method
        self._left = at_call
        self._after = after

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._part, name)
        if name != self._method:
            return real

        async def crashing(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left != 0:
                return await real(*arguments, **named)
            if self._after:
                await real(*arguments, **named)
            raise Crash

        return crashing
