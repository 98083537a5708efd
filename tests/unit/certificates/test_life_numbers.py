"""A correction has a number of its own, a duplicate that of what was lost, and none goes astray."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from services.certificates.domain.number import VoidReason
from tests.support.certificates_world import OFFICER, REGISTRAR, SIGNATORY, World, new_world
from tests.support.life_acts import FILE, correction_at_signature, duplicate_at_signature

FIRST, SECOND, THIRD = "2026/000001", "2026/000002", "2026/000003"
AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def world() -> World:
    world = await new_world()
    await world.brought_to(Stage.ISSUED, FILE)
    return world


async def numbers(world: World) -> list[str]:
    return [version.number for version in (await world.file()).versions]


async def drop(world: World) -> None:
    await handlers.give_back(world.deps, SIGNATORY, FILE, "the name differs from the register")
    await handlers.drop_reissue(world.deps, OFFICER, FILE, "a misunderstanding")


async def test_a_correction_has_a_number_of_its_own_and_a_duplicate_of_it_the_same(world: World) -> None:
    await correction_at_signature(world)
    await handlers.sign(world.deps, SIGNATORY, FILE)
    await duplicate_at_signature(world)
    await handlers.sign(world.deps, SIGNATORY, FILE)
    assert await numbers(world) == [FIRST, SECOND, SECOND]
    assert world.numbers.voided == {}


async def test_a_dropped_corrections_number_is_void_and_the_next_one_has_another(world: World) -> None:
    await correction_at_signature(world)
    await drop(world)
    assert (await world.file()).number == FIRST
    await handlers.sweep(world.deps)
    assert world.numbers.voided == {}
    world.clock.advance(AN_HOUR)
    await handlers.sweep(world.deps)
    assert world.numbers.voided == {SECOND: VoidReason.DROPPED}
    assert (await world.file()).loose_numbers == ()
    await correction_at_signature(world)
    await handlers.sign(world.deps, SIGNATORY, FILE)
    assert await numbers(world) == [FIRST, THIRD]


async def test_a_duplicate_after_a_dropped_correction_has_the_first_number(world: World) -> None:
    await correction_at_signature(world)
    await handlers.give_back(world.deps, SIGNATORY, FILE, "the name differs from the register")
    taken = dict(world.numbers.taken)
    await handlers.drop_reissue(world.deps, OFFICER, FILE, "a misunderstanding")
    await duplicate_at_signature(world)
    await handlers.sign(world.deps, SIGNATORY, FILE)
    assert await numbers(world) == [FIRST, FIRST]
    assert world.numbers.taken == taken


async def test_a_file_is_found_by_each_number_it_ever_had(world: World) -> None:
    await correction_at_signature(world)
    await handlers.sign(world.deps, SIGNATORY, FILE)
    for number in (FIRST, SECOND):
        found = await handlers.search(world.deps, REGISTRAR, number)
        assert [file.request_id for file in found] == [FILE]
