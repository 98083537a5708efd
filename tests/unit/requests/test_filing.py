"""A request begins, the data bank answers, and its applicant may step back."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest

from libs.chassis.errors import AlreadyApplied, NotFound, NotYet
from libs.contracts.certificates import CertificateDrafted, DraftCancelled
from libs.contracts.requests import RequestSubmitted
from services.requests.domain.medical_file import ScanKind
from services.requests.domain.request import LookUp
from services.requests.domain.stages import Outcome, Stage
from services.requests.errors import (
    CentreUnknown,
    FormTokenUnusable,
    OpenRequestExists,
    PersonUnknown,
    TooLateToWithdraw,
)
from services.requests.handlers import centre_work, citizen, following, look_up
from services.requests.handlers.deadlines import close_overdue_requests
from tests.support.requests_world import (
    AGENT,
    FES,
    MEKNES,
    PDF,
    World,
    certificate_told,
    cin,
    new_world,
    staff,
)


@pytest.fixture
async def world() -> World:
    return await new_world()


async def test_a_request_gets_a_reference_of_its_year_and_is_told(world: World) -> None:
    request = await world.submit(await world.register())
    assert (request.reference, request.stage, request.open) == ("2026-0000001", Stage.STARTED, True)
    assert request.due_on == date(2027, 1, 22)
    assert request.applicant.identifier == cin("ZZ300001")
    assert await world.platform.published() == ["RequestSubmitted"]


async def test_a_year_of_references_is_that_of_morocco(world: World) -> None:
    world.clock.advance(timedelta(days=38, hours=11, minutes=30))
    request = await world.submit(await world.register())
    assert request.submitted_at.year == 2026
    assert request.reference == "2027-0000001"


async def test_a_double_click_is_one_request_and_both_answers_show_its_reference(world: World) -> None:
    person, token = await world.register(), str(uuid4())
    first, second = await asyncio.gather(world.submit(person, token), world.submit(person, token))
    assert first.reference == second.reference
    assert await world.platform.published() == ["RequestSubmitted"]


async def test_a_form_that_comes_back_with_other_answers_is_not_taken_for_a_double_click(
    world: World,
) -> None:
    person = await world.register()
    first = await world.submit(person)
    with pytest.raises(OpenRequestExists):
        await world.submit(person, first.id, centre=FES)
    assert (await world.request(first.id)).centre == MEKNES


async def test_a_third_request_next_day_is_refused_while_one_is_open(world: World) -> None:
    person = await world.register()
    first = await world.submit(person)
    world.clock.advance(timedelta(days=1))
    with pytest.raises(OpenRequestExists) as refused:
        await world.submit(person)
    assert refused.value.details == {"request_id": first.id, "reference": first.reference}


async def test_somebody_elses_token_opens_nothing(world: World) -> None:
    mine = await world.submit(await world.register())
    other = await world.register("ZZ300002")
    with pytest.raises(FormTokenUnusable):
        await world.submit(other, mine.id)


@pytest.mark.parametrize("token", ["", "x", "1234"])
async def test_a_token_is_a_uuid(world: World, token: str) -> None:
    person = await world.register()
    with pytest.raises(FormTokenUnusable):
        await citizen.submit_request(world.deps, person, citizen.SubmitRequest(token, MEKNES))


async def test_an_unknown_centre_takes_no_request(world: World) -> None:
    with pytest.raises(CentreUnknown):
        await world.submit(await world.register(), centre="999")


async def test_an_account_whose_copy_is_still_on_its_way_is_asked_to_wait(world: World) -> None:
    person = staff("nobody")
    with pytest.raises(NotYet):
        await world.submit(person)


async def test_a_file_that_the_bank_lacks_must_be_deposited(world: World) -> None:
    request = await world.look_up(await world.submit(await world.register()))
    assert (request.stage, request.look_up) == (Stage.STARTED, LookUp.MISSING)
    assert await world.platform.published() == ["RequestSubmitted", "MedicalFileMissing"]


async def test_a_file_that_the_bank_holds_leads_straight_to_the_check(world: World) -> None:
    await world.bank("ZZ300001", date(1990, 5, 12))
    person = await world.register("ZZ300001", date(1990, 5, 12))
    request = await world.look_up(await world.submit(person))
    assert (request.stage, request.look_up, request.due_on) == (Stage.CHECK, LookUp.FOUND, None)
    assert request.deadline_on == date(2027, 1, 22)
    assert await world.platform.published() == ["RequestSubmitted", "MedicalFileFound"]


async def test_a_found_file_and_its_scans_come_under_the_persons_own_key(world: World) -> None:
    await world.bank("ZZ300001", date(1990, 5, 12))
    person = await world.register("ZZ300001", date(1990, 5, 12))
    await world.look_up(await world.submit(person))
    file = (await world.deps.store.files.get("banked")).value
    assert (file.owner_id, file.person_id) == (person.id, person.id)
    (scan,) = file.scans
    assert scan.kind is ScanKind.MEDICAL_FILE
    assert await world.scans.read(scan.id, person.id) == PDF
    assert (set(world.scans.kept), world.scans.waiting) == ({scan.id}, {})


async def test_a_number_with_another_birth_date_is_not_found_and_only_the_staff_learns_why(
    world: World,
) -> None:
    """Scenario 10 of the domain digest, up to E1."""
    await world.bank("ZZ100010", date(1990, 5, 21))
    person = await world.register("ZZ100010", date(1990, 5, 12))
    request = await world.look_up(await world.submit(person))
    assert (request.stage, request.look_up) == (Stage.STARTED, LookUp.CONFLICT)
    assert request.conflicting_file_id == "banked"
    assert (await world.deps.store.files.get("banked")).value.person_id is None
    assert await world.platform.published() == ["RequestSubmitted", "MedicalFileMissing"]


async def test_a_look_up_that_comes_twice_answers_once(world: World) -> None:
    request = await world.submit(await world.register())
    event = RequestSubmitted(**request.told(), submitted_at=request.submitted_at, channel="online")
    delivery = world.delivery(event, request.id)
    await look_up.on_request_submitted(world.deps, delivery)
    with pytest.raises(AlreadyApplied):
        await look_up.on_request_submitted(world.deps, delivery)
    assert await world.platform.published() == ["RequestSubmitted", "MedicalFileMissing"]


async def test_a_look_up_after_a_withdrawal_says_nothing_more(world: World) -> None:
    person = await world.register()
    request = await world.submit(person)
    await citizen.withdraw_request(world.deps, person, request.id)
    after = await world.look_up(request)
    assert (after.outcome, after.look_up) == (Outcome.WITHDRAWN, None)
    assert await world.platform.published() == ["RequestSubmitted", "RequestClosed"]


async def test_somebody_elses_request_is_not_found(world: World) -> None:
    request = await world.submit(await world.register())
    other = await world.register("ZZ300002")
    with pytest.raises(NotFound):
        await citizen.get_own(world.deps, other, request.id)
    with pytest.raises(NotFound):
        await citizen.withdraw_request(world.deps, other, request.id)


async def test_a_withdrawn_request_makes_room_for_another(world: World) -> None:
    person = await world.register()
    first = await world.submit(person)
    await citizen.withdraw_request(world.deps, person, first.id)
    second = await world.submit(person)
    assert second.reference == "2026-0000002"
    assert {request.id for request in await citizen.list_own(world.deps, person)} == {first.id, second.id}


async def test_a_withdrawal_during_preparation_waits_for_the_answer(world: World) -> None:
    person = await world.register()
    request = await world.approved(person)
    told = certificate_told(request)
    await world.hear(following.on_drafted, CertificateDrafted(**told), request.id)
    after = await citizen.withdraw_request(world.deps, person, request.id)
    assert (after.open, after.withdrawal_pending, after.stage) == (True, True, Stage.CONTROL)
    again = await citizen.withdraw_request(world.deps, person, request.id)
    assert again == after
    closed = await world.hear(following.on_draft_cancelled, DraftCancelled(**told), request.id)
    assert (closed.outcome, closed.open, closed.withdrawal_pending) == (Outcome.WITHDRAWN, False, False)
    assert (await world.platform.published())[-2:] == ["WithdrawalRequested", "RequestClosed"]


async def test_an_ended_request_cannot_be_withdrawn(world: World) -> None:
    person = await world.register()
    request = await world.issued(person)
    with pytest.raises(TooLateToWithdraw):
        await citizen.withdraw_request(world.deps, person, request.id)


@pytest.mark.parametrize(("days", "closed"), [(60, 0), (61, 1)])
async def test_a_file_that_is_never_deposited_closes_after_its_last_day(
    world: World, days: int, closed: int
) -> None:
    request = await world.look_up(await world.submit(await world.register()))
    world.clock.advance(timedelta(days=days))
    assert await close_overdue_requests(world.deps) == closed
    after = await world.request(request.id)
    assert after.outcome == (Outcome.NO_DEPOSIT if closed else None)
    assert after.open is not bool(closed)


async def test_the_desk_files_for_a_registered_person_of_its_own_centre(world: World) -> None:
    person = await world.register()
    command = citizen.SubmitRequest(str(uuid4()), MEKNES)
    born_on = date(1990, 5, 12)
    request = await centre_work.file_at_desk(world.deps, AGENT, cin("ZZ300001"), born_on, command)
    assert (request.person_id, request.channel.value, request.history[0].by.id) == (
        person.id,
        "desk",
        "agent",
    )


async def test_the_desk_finds_nobody_by_another_birth_date(world: World) -> None:
    await world.register()
    command = citizen.SubmitRequest(str(uuid4()), MEKNES)
    with pytest.raises(PersonUnknown):
        await centre_work.file_at_desk(world.deps, AGENT, cin("ZZ300001"), date(1990, 5, 13), command)


async def test_the_desk_does_not_file_for_another_centre(world: World) -> None:
    await world.register()
    command = citizen.SubmitRequest(str(uuid4()), FES)
    with pytest.raises(NotFound):
        await centre_work.file_at_desk(world.deps, AGENT, cin("ZZ300001"), date(1990, 5, 12), command)
