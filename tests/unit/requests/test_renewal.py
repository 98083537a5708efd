"""A certificate's later life as requests sees it: renewal, other versions, other statuses."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from libs.contracts.certificates import (
    CertificateCorrected,
    CertificateDownloaded,
    CertificateEvent,
    CertificateExpiring,
    CertificateResumed,
    CertificateRevoked,
    CertificateStatus,
    CertificateSuperseded,
    CertificateSuspended,
    ReissueDropped,
    ReissueOpened,
)
from libs.contracts.requests import RequestApproved, RequestSubmitted
from services.requests.consumers import SUBSCRIPTIONS
from services.requests.domain import committee
from services.requests.errors import OpenRequestExists, RenewalUnusable
from services.requests.handlers import citizen, deciding, facts
from tests.support.requests_world import CHAIR, MEKNES, NOON, World, certificate_told, new_world

TODAY = date(2026, 11, 23)
HANDLERS: dict[type, Callable[[Any, Any], Awaitable[None]]] = {
    row.event: row.handler for row in SUBSCRIPTIONS
}


@pytest.fixture
async def world() -> World:
    return await new_world()


def renewal(renews: str, token: str = "") -> citizen.SubmitRequest:
    return citizen.SubmitRequest(token or str(uuid.uuid4()), MEKNES, "العائلة", "الاسم", renews)


async def hear(world: World, event: CertificateEvent) -> None:
    await world.hear(HANDLERS[type(event)], event, event.request_id)


@pytest.mark.parametrize("days", [-10, 0, 90])
async def test_a_certificate_near_or_past_its_end_may_be_renewed(world: World, days: int) -> None:
    person = await world.register()
    old = await world.issued(person, TODAY + timedelta(days=days))
    new = await citizen.submit_request(world.deps, person, renewal(old.id))
    assert new.renews == old.id
    told = facts.submitted(new).event
    assert isinstance(told, RequestSubmitted)
    assert told.renews == old.id


@pytest.mark.parametrize("until", [None, TODAY + timedelta(days=91)], ids=["permanent", "too early"])
async def test_what_does_not_end_soon_is_not_renewed(world: World, until: date | None) -> None:
    person = await world.register()
    old = await world.issued(person, until)
    with pytest.raises(RenewalUnusable):
        await citizen.submit_request(world.deps, person, renewal(old.id))


async def test_somebody_elses_certificate_is_not_renewed(world: World) -> None:
    old = await world.issued(await world.register(), TODAY)
    other = await world.register("ZZ300002")
    with pytest.raises(RenewalUnusable):
        await citizen.submit_request(world.deps, other, renewal(old.id))


async def test_a_revoked_certificate_is_not_renewed(world: World) -> None:
    person = await world.register()
    old = await world.issued(person, TODAY)
    await hear(world, CertificateRevoked(**certificate_told(old), revoked_at=NOON))
    with pytest.raises(RenewalUnusable):
        await citizen.submit_request(world.deps, person, renewal(old.id))


async def test_a_double_click_on_a_renewal_is_one_request(world: World) -> None:
    person = await world.register()
    old = await world.issued(person, TODAY)
    token = str(uuid.uuid4())
    first = await citizen.submit_request(world.deps, person, renewal(old.id, token))
    assert await citizen.submit_request(world.deps, person, renewal(old.id, token)) == first
    with pytest.raises(OpenRequestExists):
        await citizen.submit_request(world.deps, person, renewal("", token))


async def test_an_approval_says_what_it_renews(world: World) -> None:
    old = await world.issued(await world.register(), TODAY)
    request = replace(await world.in_committee(await world.register("ZZ300003")), renews=old.id)
    stored = await world.deps.store.requests.get(request.id)
    await world.deps.store.requests.save(stored, request)
    centre = (await world.deps.store.centres.get(request.centre)).value
    holder = (await world.deps.store.files.get(request.file_id or "")).value.holder
    approved = await deciding.approve_request(world.deps, CHAIR, request.id)
    fact = facts.approved(approved, committee.approved_opinion(approved), holder, centre, NOON)
    assert isinstance(fact.event, RequestApproved)
    assert fact.event.renews == old.id


STATUSES: tuple[tuple[Callable[..., CertificateEvent], dict[str, Any], CertificateStatus], ...] = (
    (CertificateSuspended, {"suspended_at": NOON}, CertificateStatus.SUSPENDED),
    (CertificateResumed, {"resumed_at": NOON}, CertificateStatus.VALID),
    (CertificateRevoked, {"revoked_at": NOON}, CertificateStatus.REVOKED),
    (
        CertificateSuperseded,
        {"by_certificate_id": "another", "superseded_at": NOON},
        CertificateStatus.SUPERSEDED,
    ),
)


@pytest.mark.parametrize(("event", "told", "status"), STATUSES)
async def test_a_status_is_followed_and_the_timeline_stays(
    world: World, event: Callable[..., CertificateEvent], told: dict[str, Any], status: CertificateStatus
) -> None:
    before = await world.issued(await world.register())
    await hear(world, event(**certificate_told(before), **told))
    after = await world.request(before.id)
    assert after.certificate is not None
    assert after.certificate.status is status
    assert (after.stage, after.history, after.outcome) == (before.stage, before.history, before.outcome)


async def test_a_new_version_is_to_be_taken_anew(world: World) -> None:
    request = await world.issued(await world.register())
    told = certificate_told(request)
    await hear(world, CertificateDownloaded(**told, downloaded_at=NOON))
    day = date(2026, 12, 1)
    await hear(
        world,
        CertificateCorrected(**told, number="2026/000123", version=2, issued_on=day, valid_until=None),
    )
    after = await world.request(request.id)
    assert after.certificate is not None
    assert (after.certificate.issued_on, after.certificate.downloaded_at) == (day, None)


async def test_facts_that_change_nothing_here_leave_no_gap(world: World) -> None:
    request = await world.issued(await world.register())
    told = certificate_told(request)
    await hear(world, ReissueOpened(**told, kind="correction", opened_at=NOON))
    await hear(world, ReissueDropped(**told, kind="correction", dropped_at=NOON))
    await hear(world, CertificateExpiring(**told, days=30, valid_until=TODAY))
    await hear(world, CertificateSuspended(**told, suspended_at=NOON))
    after = await world.request(request.id)
    assert after.certificate is not None
    assert after.certificate.status is CertificateStatus.SUSPENDED
