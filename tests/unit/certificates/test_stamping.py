"""Seals get their time-stamps behind the issue, whatever becomes of the authority meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from services.certificates.domain.certificate import Stage
from services.certificates.domain.version import Seal, SealLevel
from services.certificates.errors import TimeStampUnavailable
from services.certificates.handlers.stamping import stamp_seals
from tests.support.certificates_world import World, new_world


@dataclass
class NotedStamps:
    """Stamps as an authority does, and remembers what."""

    stamped: list[str] = field(default_factory=list)
    down: bool = False

    async def stamp(self, seal: Seal) -> Seal:
        if self.down:
            raise TimeStampUnavailable
        self.stamped.append(seal.cms)
        return replace(seal, level=SealLevel.BASELINE_LT)


@pytest.fixture
async def world() -> World:
    found = await new_world()
    await found.brought_to(Stage.ISSUED)
    return found


async def test_an_issued_certificate_is_stamped_once(world: World) -> None:
    stamps = NotedStamps()
    before = (await world.file()).versions[0]
    assert before.seal.level is SealLevel.BASELINE_B
    assert await stamp_seals(world.deps, stamps) == 0
    after = (await world.file()).versions[0]
    assert after == replace(before, seal=replace(before.seal, level=SealLevel.BASELINE_LT))
    assert await stamp_seals(world.deps, stamps) == 0
    assert stamps.stamped == [before.seal.cms]


async def test_an_authority_that_is_down_holds_nothing_up_and_is_asked_again(world: World) -> None:
    stamps = NotedStamps(down=True)
    assert await stamp_seals(world.deps, stamps) == 1
    assert (await world.file()).stage is Stage.ISSUED
    assert (await world.file()).versions[0].seal.level is SealLevel.BASELINE_B
    stamps.down = False
    assert await stamp_seals(world.deps, stamps) == 0
    assert (await world.file()).versions[0].seal.level is SealLevel.BASELINE_LT


async def test_a_stamp_tells_nobody_anything(world: World) -> None:
    before = await world.platform.published()
    await stamp_seals(world.deps, NotedStamps())
    assert await world.platform.published() == before
