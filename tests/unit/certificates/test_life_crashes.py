"""Whatever write an act of a certificate's life dies at, and whatever comes between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from libs.chassis.errors import ServiceError, Stale
from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from services.certificates.errors import NothingAsked, NotInForce
from tests.support.certificates_parts import Crash, Crashing
from tests.support.certificates_world import (
    SIGNATORY,
    World,
    holder,
    new_world,
)
from tests.support.life_acts import (
    ACTS,
    CRASHES,
    FILE,
    RENEWAL,
    REVOKED,
    SUPERSEDED,
    VALID,
    confirm,
    correction_at_signature,
    renewal_at_signature,
    revocation_asked,
    sign,
    sign_renewal,
    statuses,
    suspension_asked,
    to_signature,
    told,
    valid_versions,
)


@pytest.fixture
async def world() -> World:
    world = await new_world()
    await world.brought_to(Stage.ISSUED, FILE, valid_until=date(2026, 12, 31))
    return world


@pytest.mark.parametrize("act", ACTS)
async def test_an_act_takes_effect_in_one_step_and_is_told_once(world: World, act: str) -> None:
    prepare, finish, expected, fact = ACTS[act]
    await prepare(world)
    before = await told(world)
    await finish(world.deps)
    assert await statuses(world) == expected
    assert (await told(world))[fact] == before[fact] + 1


@pytest.mark.parametrize(("act", "write", "after"), CRASHES)
async def test_whatever_write_an_act_dies_at_the_sweep_ends_it_and_never_two_are_valid(
    world: World, act: str, write: tuple[str, str, int], *, after: bool
) -> None:
    prepare, finish, expected, fact = ACTS[act]
    part, method, at_call = write
    await prepare(world)
    began = await told(world)
    broken = Crashing(getattr(world.deps, part), method, at_call=at_call, after=after)
    with pytest.raises(Crash):
        await finish(world.with_parts(**{part: broken}))
    assert await valid_versions(world) <= 1
    world.clock.advance(timedelta(minutes=2))
    await handlers.sweep(world.deps)
    assert await valid_versions(world) <= 1
    if (await world.file()).order or (await told(world))[fact] == began[fact]:
        # Nothing was recorded before the crash, so the signatory still has to do it.
        await finish(world.deps)
    assert await statuses(world) == expected
    assert await valid_versions(world) == (0 if act in {"suspension", "revocation"} else 1)
    assert (await told(world))[fact] == began[fact] + 1


@pytest.mark.parametrize("act", ACTS)
async def test_every_change_stands_in_the_log_before_it_is_told(world: World, act: str) -> None:
    prepare, finish, _expected, fact = ACTS[act]
    await prepare(world)
    before = await told(world)
    with pytest.raises(Crash):
        await finish(world.with_parts(log=Crashing(world.deps.log, "append")))
    assert (await told(world))[fact] == before[fact]


async def test_the_steps_of_a_reissue_are_none_of_the_requests(world: World) -> None:
    before = await told(world)
    await correction_at_signature(world)
    await handlers.give_back(world.deps, SIGNATORY, FILE, "not quite right yet")
    await to_signature(world)
    await sign(world.deps)
    assert await told(world) - before == Counter(
        ReissueOpened=1, CertificateCorrected=1, CertificateState=1, CertificateStatusPublished=2
    )


async def test_a_renewal_is_told_after_the_end_of_what_it_renews(world: World) -> None:
    await renewal_at_signature(world)
    await sign_renewal(world.deps)
    assert await statuses(world, RENEWAL) == [VALID]
    old, new = (await world.file(FILE)).versions[0], (await world.file(RENEWAL)).versions[0]
    assert (old.reason, old.status) == ("renewal", SUPERSEDED)
    assert old.log_index is not None
    assert new.log_index is not None
    assert old.log_index < new.log_index


async def test_a_renewal_of_a_suspended_certificate_is_not_even_planned(world: World) -> None:
    await suspension_asked(world)
    await confirm(world.deps)
    await renewal_at_signature(world)
    with pytest.raises(NotInForce):
        await sign_renewal(world.deps)
    assert (await world.file(RENEWAL)).plan is None


async def test_somebody_elses_certificate_is_never_ended_by_a_renewal(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE, RENEWAL, person_id="person-2", renews=FILE)
    await sign_renewal(world.deps)
    assert await statuses(world) == [VALID]


class Between:
    """Lets something happen between a part's call and what follows it."""

    def __init__(self, part: object, method: str, act: Callable[[], Awaitable[None]]) -> None:
        self._part, self._method, self._act = part, method, act

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._part, name)
        if name != self._method:
            return real

        async def between(*arguments: Any, **named: Any) -> Any:
            result = await real(*arguments, **named)
            await self._act()
            return result

        return between


@pytest.mark.parametrize("method", [("signer", "sign"), ("log", "append"), ("papers", "keep")])
async def test_a_revocation_while_a_correction_is_being_signed_wins(
    world: World, method: tuple[str, str]
) -> None:
    await correction_at_signature(world)
    await revocation_asked(world)
    part, name = method

    async def revoke() -> None:
        if (await world.file()).order is not None:
            await confirm(world.deps)

    with pytest.raises(Stale):
        await sign(world.with_parts(**{part: Between(getattr(world.deps, part), name, revoke)}))
    assert set(await statuses(world)) == {REVOKED}
    await handlers.sweep(world.deps)
    assert set(await statuses(world)) == {REVOKED}
    found = await told(world)
    assert found["CertificateRevoked"] == 1
    assert found["CertificateStatusPublished"] == len(world.log.leaves)


async def test_a_silent_seal_holds_no_revocation_up(world: World) -> None:
    await correction_at_signature(world)
    world.signer.silent = True
    with pytest.raises(ServiceError):
        await sign(world.deps)
    await revocation_asked(world)
    await confirm(world.deps)
    file = await world.file()
    assert await statuses(world) == [REVOKED]
    assert (file.plan, file.reissue, len(file.get_personal().codes)) == (None, None, 1)


async def test_two_signatures_at_once_make_one_version(world: World) -> None:
    await correction_at_signature(world)
    outcomes = await asyncio.gather(sign(world.deps), sign(world.deps), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) >= 1
    assert await statuses(world) == [SUPERSEDED, VALID]
    assert (await told(world))["CertificateCorrected"] == 1


async def test_two_confirmations_at_once_revoke_once(world: World) -> None:
    await revocation_asked(world)
    await asyncio.gather(confirm(world.deps), confirm(world.deps), return_exceptions=True)
    assert await statuses(world) == [REVOKED]
    assert (await told(world))["CertificateRevoked"] == 1
    with pytest.raises(NothingAsked):
        await confirm(world.deps)


async def test_a_download_in_between_does_not_lose_a_revocation(world: World) -> None:
    await revocation_asked(world)

    async def download() -> None:
        await handlers.open_own_paper(world.deps, holder(), FILE)

    await confirm(world.with_parts(log=Between(world.deps.log, "append", download)))
    assert await statuses(world) == [REVOKED]


async def test_a_download_in_between_does_not_lose_a_signature(world: World) -> None:
    await correction_at_signature(world)

    async def download() -> None:
        await handlers.open_own_paper(world.deps, holder(), FILE)

    await sign(world.with_parts(signer=Between(world.deps.signer, "sign", download)))
    assert await statuses(world) == [SUPERSEDED, VALID]
    assert len(world.papers.kept) == 2
