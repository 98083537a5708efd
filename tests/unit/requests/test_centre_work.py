"""The centre takes a file in, checks it, asks once for what is missing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from libs.chassis.errors import NotFound
from libs.chassis.web.errors import Forbidden
from services.requests.domain.medical_file import ScanKind
from services.requests.domain.request import Piece
from services.requests.domain.stages import Outcome, Stage
from services.requests.errors import (
    CompletionAlreadyAsked,
    MedicalFileIncomplete,
    NothingMissing,
    WrongStage,
)
from services.requests.handlers import centre_work, scanning
from services.requests.handlers.deadlines import close_overdue_requests
from services.requests.handlers.staff import find_by_reference, get_file_for, list_queue
from services.requests.ports import Queue
from tests.support.requests_world import (
    AGENT,
    CHAIR,
    ENTRY,
    FES,
    MEKNES,
    OTHER_AGENT,
    PDF,
    World,
    new_world,
)


@pytest.fixture
async def world() -> World:
    return await new_world()


async def test_a_deposit_starts_the_sixty_days(world: World) -> None:
    person = await world.register()
    request = await world.look_up(await world.submit(person))
    world.clock.advance(timedelta(days=3))
    after = await centre_work.register_deposit(world.deps, AGENT, request.id)
    assert (after.stage, after.due_on, after.deadline_on) == (Stage.ENTRY, None, date(2027, 1, 25))


async def test_a_deposit_is_registered_once(world: World) -> None:
    request = await world.at_entry(await world.register())
    with pytest.raises(WrongStage):
        await centre_work.register_deposit(world.deps, AGENT, request.id)


async def test_a_file_is_entered_scanned_and_checked(world: World) -> None:
    request = await world.at_check(await world.register())
    assert request.stage is Stage.CHECK
    file = (await world.deps.store.files.get(request.file_id or "")).value
    assert (file.complete, file.person_id, file.holder.latin_given_name) == (
        True,
        request.person_id,
        "Prénom",
    )


async def test_a_file_without_scans_is_not_finished(world: World) -> None:
    request = await world.at_entry(await world.register())
    await centre_work.enter_medical_file(world.deps, AGENT, request.id, ENTRY)
    with pytest.raises(MedicalFileIncomplete):
        await centre_work.finish_entry(world.deps, AGENT, request.id)


async def test_missing_pieces_are_asked_for_once(world: World) -> None:
    request = await world.at_check(await world.register())
    asked = await centre_work.request_completion(
        world.deps, AGENT, request.id, [Piece.PHOTOS, Piece.MEDICAL_REPORT], "note"
    )
    assert (asked.stage, asked.due_on) == (Stage.COMPLETION, date(2026, 12, 23))
    world.clock.advance(timedelta(days=10))
    back = await centre_work.receive_completion(world.deps, AGENT, request.id)
    assert (back.stage, back.deadline_on) == (Stage.ENTRY, date(2027, 2, 1))
    await centre_work.finish_entry(world.deps, AGENT, request.id)
    with pytest.raises(CompletionAlreadyAsked):
        await centre_work.request_completion(world.deps, AGENT, request.id, [Piece.PHOTOS], "")
    assert (await world.platform.published())[-2:] == ["CompletionRequested", "CompletionReceived"]


async def test_a_completion_names_what_is_missing(world: World) -> None:
    request = await world.at_check(await world.register())
    with pytest.raises(NothingMissing):
        await centre_work.request_completion(world.deps, AGENT, request.id, [], "note")


async def test_pieces_that_never_come_close_the_request(world: World) -> None:
    request = await world.at_check(await world.register())
    await centre_work.request_completion(world.deps, AGENT, request.id, [Piece.PHOTOS], "")
    world.clock.advance(timedelta(days=31))
    assert await close_overdue_requests(world.deps) == 1
    assert (await world.request(request.id)).outcome is Outcome.NOT_COMPLETED


async def test_another_centre_sees_nothing_of_the_file(world: World) -> None:
    request = await world.at_check(await world.register())
    with pytest.raises(NotFound):
        await get_file_for(world.deps, OTHER_AGENT, request.id)
    with pytest.raises(NotFound):
        await scanning.read_scan(world.deps, OTHER_AGENT, request.id, "any")
    assert await find_by_reference(world.deps, OTHER_AGENT, request.reference) is None
    assert (await list_queue(world.deps, OTHER_AGENT, Queue(centres=[MEKNES]))).total == 0


async def test_lists_hold_what_the_caller_may_see(world: World) -> None:
    first = await world.submit(await world.register("ZZ300001"))
    second = await world.submit(await world.register("ZZ300002"), centre=FES)
    for caller, expected in [(AGENT, {first.id}), (OTHER_AGENT, {second.id}), (CHAIR, {first.id, second.id})]:
        page = await list_queue(world.deps, caller, Queue(stage=Stage.STARTED))
        assert ({request.id for request in page.requests}, page.total) == (expected, len(expected))


async def test_the_committee_does_not_do_the_centres_work(world: World) -> None:
    request = await world.look_up(await world.submit(await world.register()))
    with pytest.raises(Forbidden):
        await centre_work.register_deposit(world.deps, CHAIR, request.id)


async def test_a_removed_scan_is_gone_and_the_file_must_be_checked_again(world: World) -> None:
    request = await world.at_entry(await world.register())
    await centre_work.enter_medical_file(world.deps, AGENT, request.id, ENTRY)
    scan = await scanning.add_scan(world.deps, AGENT, request.id, ScanKind.PHOTO, PDF)
    assert (await scanning.read_scan(world.deps, CHAIR, request.id, scan.id)).content == PDF
    after = await scanning.remove_scan(world.deps, AGENT, request.id, scan.id)
    assert (after.scans, after.checked, world.scans.kept) == ((), None, {})


async def test_bytes_without_a_reference_are_swept_and_referenced_ones_stay(world: World) -> None:
    request = await world.at_check(await world.register())
    file = (await world.deps.store.files.get(request.file_id or "")).value
    await world.scans.write("orphan", file.id, file.owner_id, PDF)
    await world.scans.doubt(file.scans[0].id)
    assert await scanning.sweep_scans(world.deps) == 0
    world.clock.advance(timedelta(hours=2))
    assert await scanning.sweep_scans(world.deps) == 1
    assert (set(world.scans.kept), world.scans.waiting) == ({file.scans[0].id}, {})


async def test_the_data_bank_is_asked_first_the_next_time(world: World) -> None:
    person = await world.register()
    request = await world.issued(person)
    again = await world.look_up(await world.submit(person))
    assert (again.stage, again.file_id) == (Stage.CHECK, request.file_id)
