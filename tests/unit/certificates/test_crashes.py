"""Whatever write the process dies at: one number, one code, one signed page, one certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from tests.support.certificates_parts import Crash, Crashing
from tests.support.certificates_world import (
    REGISTRAR,
    SIGNATORY,
    World,
    new_world,
)

SIGNING_WRITES = {
    "the status index": ("status_indices", "take", 1),
    "the plan": ("certificates", "save", 1),
    "the payload": ("payload_key", "sign", 1),
    "the page": ("papers", "keep", 1),
    "the signature": ("signer", "sign", 1),
    "the log": ("log", "append", 1),
    "the issue": ("certificates", "save", 2),
}
REGISTERING_WRITES = {"the number": ("numbers", "take", 1), "the file": ("certificates", "save", 1)}


@pytest.fixture
async def world() -> World:
    return await new_world()


def crashing_parts(world: World, part: str, method: str, at_call: int, *, after: bool) -> dict[str, Any]:
    return {part: Crashing(getattr(world.deps, part), method, at_call=at_call, after=after)}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("resumed_by", ["signing again", "the sweep"])
@pytest.mark.parametrize("write", SIGNING_WRITES)
async def test_a_signing_that_died_is_finished_as_planned(
    world: World, write: str, resumed_by: str, *, after: bool
) -> None:
    part, method, at_call = SIGNING_WRITES[write]
    await world.brought_to(Stage.SIGNATURE)
    broken = world.with_parts(**crashing_parts(world, part, method, at_call, after=after))
    with pytest.raises(Crash):
        await handlers.sign(broken, SIGNATORY, "request-1")
    died = await world.file()
    world.clock.advance(timedelta(days=1))

    if resumed_by == "the sweep" and died.plan is not None:
        await handlers.sweep(world.deps)
    elif died.stage is not Stage.ISSUED:
        await handlers.sign(world.deps, SIGNATORY, "request-1")

    file = await world.file()
    assert (file.stage, len(file.versions), len(file.get_personal().codes)) == (Stage.ISSUED, 1, 1)
    assert len(set(world.signer.signed)) == 1
    assert len(world.papers.kept) == 1
    assert len(world.numbers.taken) == 1
    assert (await world.platform.published()).count("CertificateIssued") == 1
    (_intent, receipt), *others = world.log.kept.values()
    assert others == []
    version = file.versions[0]
    assert (version.log_index, version.changed_at) == (receipt.index, receipt.at)
    if died.plan is not None:
        assert file.versions[0].issued_on == died.plan.issued_on
        assert file.get_personal().codes == died.get_personal().codes


@pytest.mark.parametrize("write", SIGNING_WRITES)
async def test_nothing_is_public_before_everything_is_stored(world: World, write: str) -> None:
    part, method, at_call = SIGNING_WRITES[write]
    await world.brought_to(Stage.SIGNATURE)
    broken = world.with_parts(**crashing_parts(world, part, method, at_call, after=False))
    with pytest.raises(Crash):
        await handlers.sign(broken, SIGNATORY, "request-1")
    assert (await world.platform.published())[-1] == "CertificateRegistered"


async def test_nothing_is_signed_that_was_not_planned_and_stored(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    broken = world.with_parts(papers=Crashing(world.papers, "keep"))
    with pytest.raises(Crash):
        await handlers.sign(broken, SIGNATORY, "request-1")
    assert world.signer.signed == []
    assert (await world.file()).plan is not None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", REGISTERING_WRITES)
async def test_a_registration_that_died_gives_the_same_number(
    world: World, write: str, *, after: bool
) -> None:
    part, method, at_call = REGISTERING_WRITES[write]
    await world.brought_to(Stage.RECORDING)
    broken = world.with_parts(**crashing_parts(world, part, method, at_call, after=after))
    with pytest.raises(Crash):
        await handlers.register(broken, REGISTRAR, "request-1")
    if (await world.file()).stage is Stage.RECORDING:
        await handlers.register(world.deps, REGISTRAR, "request-1")
    assert (await world.file()).number == "2026/000001"
    assert list(world.numbers.taken.values()) == ["2026/000001"]
    assert (await world.platform.published()).count("CertificateRegistered") == 1


async def test_a_number_taken_while_the_file_was_cancelled_is_recorded_as_void(world: World) -> None:
    await world.brought_to(Stage.RECORDING)
    broken = world.with_parts(certificates=Crashing(world.deps.certificates, "save"))
    with pytest.raises(Crash):
        await handlers.register(broken, REGISTRAR, "request-1")
    await handlers.on_withdrawal_requested(world.deps, await world.withdrawal_of("request-1"))
    world.clock.advance(timedelta(minutes=6))
    await handlers.sweep(world.deps)
    assert list(world.numbers.voided) == ["2026/000001"]
