"""Batches: many files by one word, four eyes on each, finished wherever a crash left them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from libs.chassis.errors import NotFound
from libs.chassis.web.errors import Forbidden
from libs.contracts.people import Role
from services.certificates import handlers
from services.certificates.domain.batch import CLAIMED_FOR, GIVE_UP_AFTER, Batch, BatchKind, State
from services.certificates.domain.certificate import Stage
from services.certificates.errors import NothingChosen
from tests.support.certificates_parts import Crash, Crashing
from tests.support.certificates_world import (
    CONTROLLER,
    OFFICER,
    REGISTRAR,
    SIGNATORY,
    World,
    new_world,
    staff,
)

WORK = {
    BatchKind.CHECK: (Stage.CONTROL, CONTROLLER, Stage.RECORDING),
    BatchKind.REGISTER: (Stage.RECORDING, REGISTRAR, Stage.SIGNATURE),
    BatchKind.SIGN: (Stage.SIGNATURE, SIGNATORY, Stage.ISSUED),
}
FILES = ("one", "two", "three", "four")


@pytest.fixture
async def world() -> World:
    return await new_world()


async def files_at(world: World, stage: Stage, names: tuple[str, ...] = FILES) -> None:
    for name in names:
        await world.brought_to(stage, name, person_id=f"person-{name}")


async def confirmed(world: World, kind: BatchKind, names: tuple[str, ...] = FILES) -> None:
    stage, caller, _after = WORK[kind]
    await files_at(world, stage, names)
    await handlers.choose(world.deps, caller, kind, "batch", names)
    await handlers.confirm_batch(world.deps, caller, "batch")


async def batch(world: World) -> Batch:
    return (await world.deps.batches.get("batch")).value


@pytest.mark.parametrize("kind", BatchKind)
async def test_one_word_moves_every_file(world: World, kind: BatchKind) -> None:
    await confirmed(world, kind)
    await handlers.work_off(world.deps, "worker")
    done = await batch(world)
    assert (done.count(State.DONE), done.count(State.LEFT), done.open) == (len(FILES), 0, False)
    assert {(await world.file(name)).stage for name in FILES} == {WORK[kind][2]}


async def test_nothing_happens_before_the_word_is_given(world: World) -> None:
    await files_at(world, Stage.CONTROL)
    await handlers.choose(world.deps, CONTROLLER, BatchKind.CHECK, "batch", FILES)
    await handlers.work_off(world.deps, "worker")
    assert {(await world.file(name)).stage for name in FILES} == {Stage.CONTROL}


async def test_choosing_nothing_in_particular_takes_the_queue(world: World) -> None:
    await files_at(world, Stage.CONTROL)
    await world.brought_to(Stage.RECORDING, "elsewhere", person_id="person-elsewhere")
    await handlers.choose(world.deps, CONTROLLER, BatchKind.CHECK, "batch", [])
    assert {item.certificate_id for item in (await batch(world)).items} == set(FILES)


async def test_four_eyes_are_kept_for_each_file(world: World) -> None:
    both = staff("both", Role.CERTIFICATE_OFFICER, Role.CONTROLLER)
    await files_at(world, Stage.CONTROL, ("one", "two"))
    await world.approved("own", "person-own")
    await handlers.draft(world.deps, both, "own")
    await handlers.choose(world.deps, both, BatchKind.CHECK, "batch", ["one", "own", "two"])
    chosen = await batch(world)
    assert [item.certificate_id for item in chosen.items] == ["one", "two"]
    assert [(item.certificate_id, item.reason) for item in chosen.left_out] == [("own", "four-eyes")]
    await handlers.confirm_batch(world.deps, both, "batch")
    await handlers.work_off(world.deps, "worker")
    assert (await world.file("own")).stage is Stage.CONTROL


async def test_only_what_nobody_may_do_is_no_batch(world: World) -> None:
    await files_at(world, Stage.RECORDING)
    with pytest.raises(NothingChosen):
        await handlers.choose(world.deps, CONTROLLER, BatchKind.CHECK, "batch", FILES)


async def test_another_role_chooses_nothing(world: World) -> None:
    await files_at(world, Stage.CONTROL)
    with pytest.raises(Forbidden):
        await handlers.choose(world.deps, OFFICER, BatchKind.CHECK, "batch", FILES)


async def test_a_second_click_is_the_same_batch(world: World) -> None:
    await confirmed(world, BatchKind.CHECK)
    await handlers.choose(world.deps, CONTROLLER, BatchKind.CHECK, "batch", FILES)
    first = await batch(world)
    await handlers.confirm_batch(world.deps, CONTROLLER, "batch")
    assert await batch(world) == first


async def test_a_batch_of_somebody_else_does_not_exist(world: World) -> None:
    await confirmed(world, BatchKind.CHECK)
    other = staff("other", Role.CONTROLLER)
    with pytest.raises(NotFound):
        await handlers.get_batch(world.deps, other, "batch")
    with pytest.raises(NotFound):
        await handlers.confirm_batch(world.deps, other, "batch")
    assert await handlers.list_batches(world.deps, other) == []


async def test_a_file_that_fails_holds_no_other_up(world: World) -> None:
    await confirmed(world, BatchKind.SIGN)
    await handlers.give_back(world.deps, SIGNATORY, "two", "the name differs")
    await handlers.work_off(world.deps, "worker")
    done = await batch(world)
    assert (done.count(State.DONE), done.open) == (3, False)
    assert [(item.certificate_id, item.reason) for item in done.items if item.state is State.FAILED] == [
        ("two", "wrong-stage")
    ]


async def test_a_seal_that_is_silent_leaves_files_for_later_but_not_for_ever(world: World) -> None:
    await confirmed(world, BatchKind.SIGN)
    world.signer.silent = True
    await handlers.work_off(world.deps, "worker")
    waiting = await batch(world)
    assert (waiting.count(State.LEFT), waiting.items[0].reason) == (4, "seal-unavailable")
    world.signer.silent = False
    await handlers.work_off(world.deps, "worker")
    assert (await batch(world)).count(State.DONE) == 4


async def test_what_does_not_succeed_for_a_while_is_given_up(world: World) -> None:
    await confirmed(world, BatchKind.SIGN)
    world.signer.silent = True
    world.clock.advance(GIVE_UP_AFTER)
    await handlers.work_off(world.deps, "worker")
    given_up = await batch(world)
    assert (given_up.count(State.FAILED), given_up.open) == (4, False)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at_call", range(1, 9))
async def test_a_batch_that_died_is_taken_over_and_finished(
    world: World, at_call: int, *, after: bool
) -> None:
    await confirmed(world, BatchKind.SIGN)
    dying = Crashing(world.deps.certificates, "save", at_call=at_call, after=after)
    with pytest.raises(Crash):
        await handlers.work_off(world.with_parts(certificates=dying), "first")
    await handlers.work_off(world.deps, "second")
    assert (await batch(world)).open
    world.clock.advance(CLAIMED_FOR + timedelta(seconds=1))
    await handlers.work_off(world.deps, "second")
    done = await batch(world)
    assert (done.count(State.DONE), done.open) == (4, False)
    assert {len((await world.file(name)).versions) for name in FILES} == {1}
    assert (await world.platform.published()).count("CertificateIssued") == 4
    assert len(world.papers.kept) == 4


async def test_a_batch_whose_outcomes_were_not_noted_is_not_done_twice(world: World) -> None:
    await confirmed(world, BatchKind.SIGN)
    dying = Crashing(world.deps.batches, "save", at_call=2)
    with pytest.raises(Crash):
        await handlers.work_off(world.with_parts(batches=dying), "worker")
    await handlers.work_off(world.deps, "worker")
    done = await batch(world)
    assert (done.count(State.DONE), done.count(State.FAILED)) == (4, 0)
    assert (await world.platform.published()).count("CertificateIssued") == 4
