"""The use cases of a certificate's life: who may ask, what is told and to whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from libs.chassis.errors import NotFound
from libs.contracts.people import Role
from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from services.certificates.domain.orders import OrderKind, RevocationReason
from services.certificates.errors import FourEyes
from services.certificates.handlers.life import OrderAsked
from services.certificates.handlers.reminding import remind_expiring
from tests.support.certificates_parts import Crash, Crashing
from tests.support.certificates_world import (
    DESK,
    OFFICER,
    OTHER_DESK,
    PRINTED,
    SIGNATORY,
    World,
    holder,
    new_world,
    staff,
)
from tests.support.life_acts import (
    CORRECTED,
    FILE,
    VALID,
    asked,
    confirm,
    revocation_asked,
    statuses,
    told,
)


@pytest.fixture
async def world() -> World:
    world = await new_world()
    await world.brought_to(Stage.ISSUED, FILE, valid_until=date(2026, 12, 31))
    return world


async def test_whoever_asked_does_not_confirm(world: World) -> None:
    both = staff("both", Role.CENTRAL_AGENT, Role.SIGNATORY)
    await handlers.ask_order(world.deps, both, FILE, OrderAsked(OrderKind.SUSPEND, "because"))
    with pytest.raises(FourEyes):
        await handlers.confirm_order(world.deps, both, FILE)
    assert await statuses(world) == [VALID]


async def test_what_was_declined_changes_nothing(world: World) -> None:
    await revocation_asked(world)
    await handlers.decline_order(world.deps, SIGNATORY, FILE)
    assert await statuses(world) == [VALID]
    assert (await handlers.list_asked(world.deps, SIGNATORY)).orders == []


@pytest.mark.parametrize("reason", RevocationReason)
async def test_the_reason_of_a_revocation_is_in_no_fact_and_the_dead_get_no_mail(
    world: World, reason: RevocationReason
) -> None:
    await asked(world, OrderKind.REVOKE, reason)
    await confirm(world.deps)
    entries = [
        entry
        for pending in await world.deps.certificates.pending(10)  # type: ignore[attr-defined]  # the twin's own
        for entry in pending.entries
    ]
    revoked = next(entry for entry in entries if entry["type"] == "CertificateRevoked")
    assert f'"tell_holder":{str(reason is not RevocationReason.DEATH).lower()}' in str(revoked)
    assert not any(reason.value in str(entry) or "because" in str(entry) for entry in entries)


async def test_the_desk_sees_a_certificate_whose_duplicate_is_being_made(world: World) -> None:
    await handlers.open_duplicate(world.deps, DESK, FILE)
    assert (await handlers.get_file(world.deps, DESK, FILE)).stage is Stage.DRAFTING
    assert len(await handlers.search(world.deps, DESK, "2026/000001")) == 1
    with pytest.raises(NotFound):
        await handlers.get_file(world.deps, OTHER_DESK, FILE)
    assert await handlers.find_own(world.deps, holder(), FILE) is not None


async def test_only_the_holder_asks_about_the_own_certificate(world: World) -> None:
    with pytest.raises(NotFound):
        await handlers.ask_duplicate(world.deps, holder("person-2"), FILE)
    with pytest.raises(NotFound):
        await handlers.tell_mistake(world.deps, holder("person-2"), FILE, "x")


async def test_a_mistake_waits_for_the_officer_until_it_is_answered(world: World) -> None:
    await handlers.tell_mistake(world.deps, holder(), FILE, "my birth place is wrong")
    waiting = await handlers.list_asked(world.deps, OFFICER)
    assert [file.request_id for file in waiting.mistakes] == [FILE]
    assert "birth place" not in repr(vars(world.deps.certificates))
    await handlers.dismiss_mistake(world.deps, OFFICER, FILE, "the register says so")
    assert (await handlers.list_asked(world.deps, OFFICER)).mistakes == []
    assert (await told(world))["ReissueDropped"] == 1


async def test_a_correction_is_proposed_again_without_being_told_again(world: World) -> None:
    await handlers.propose_correction(world.deps, OFFICER, FILE, CORRECTED)
    other = PRINTED.model_copy(update={"birth_place": "سلا"})
    await handlers.propose_correction(world.deps, OFFICER, FILE, other)
    assert (await told(world))["ReissueOpened"] == 1
    assert (await world.file()).get_personal().to_print == other
    await handlers.drop_reissue(world.deps, OFFICER, FILE, "a misunderstanding")
    assert (await told(world))["ReissueDropped"] == 1
    assert await statuses(world) == [VALID]


async def test_holders_are_reminded_once_for_each_term(world: World) -> None:
    for _day in range(60):
        await handlers.sweep(world.deps)
        await handlers.sweep(world.deps)
        world.clock.advance(timedelta(days=1))
    # Issued 38 days before its end, so that only the last of the three terms is left.
    assert (await told(world))["CertificateExpiring"] == 1


async def test_a_reminder_that_another_write_overtakes_is_told_later(world: World) -> None:
    world.clock.advance(timedelta(days=30))
    stale = Crashing(world.deps.certificates, "save")
    with pytest.raises(Crash):
        await remind_expiring(world.with_parts(certificates=stale))
    assert (await told(world))["CertificateExpiring"] == 0
    await remind_expiring(world.deps)
    assert (await told(world))["CertificateExpiring"] == 1
