"""Certificates in memory: its fakes, its staff, and files at any stage."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, cast

from libs.chassis.aggregates import Stored
from libs.chassis.clock import FixedClock
from libs.chassis.delivery import Delivery
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
from services.certificates.ports import Deps
from tests.support.certificates_parts import (
    MemoryNumbers,
    MemoryPapers,
    MemoryStatusIndices,
    NotedPrinter,
    NotedSigner,
)
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
