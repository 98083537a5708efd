"""The use cases of a certificate's life: what is told, what a crash leaves, what two at once do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from libs.chassis.errors import NotFound, ServiceError, Stale
from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Role
from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from services.certificates.domain.orders import OrderKind, RevocationReason
from services.certificates.errors import FourEyes, NothingAsked, NotInForce
from services.certificates.handlers.life import OrderAsked
from services.certificates.handlers.reminding import remind_expiring
from services.certificates.ports import Deps
from tests.support.certificates_world import (
    CONTROLLER,
    DESK,
    OFFICER,
    OTHER_DESK,
    PRINTED,
    REGISTRAR,
    SIGNATORY,
    Crash,
    Crashing,
    World,
    holder,
    new_world,
    staff,
)

FILE = "request-1"
RENEWAL = "request-2"
CORRECTED = PRINTED.model_copy(update={"birth_place": "فاس"})
VALID, SUSPENDED = CertificateStatus.VALID, CertificateStatus.SUSPENDED
SUPERSEDED, REVOKED = CertificateStatus.SUPERSEDED, CertificateStatus.REVOKED
AGENT = staff("agent", Role.CENTRAL_AGENT)


@pytest.fixture
async def world() -> World:
    world = await new_world()
    await world.brought_to(Stage.ISSUED, FILE, valid_until=date(2026, 12, 31))
    return world


async def statuses(world: World, certificate_id: str = FILE) -> list[CertificateStatus]:
    return [version.status for version in (await world.file(certificate_id)).versions]


async def told(world: World) -> Counter[str]:
    return Counter(await world.platform.published())


async def to_signature(world: World) -> None:
    """A reissue at drafting is carried to the signature."""
    await handlers.draft(world.deps, OFFICER, FILE)
    await handlers.check(world.deps, CONTROLLER, FILE)
    await handlers.register(world.deps, REGISTRAR, FILE)


async def correction_at_signature(world: World) -> None:
    await handlers.propose_correction(world.deps, OFFICER, FILE, CORRECTED)
    await to_signature(world)


async def duplicate_at_signature(world: World) -> None:
    await handlers.ask_duplicate(world.deps, holder(), FILE)
    await to_signature(world)


async def renewal_at_signature(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE, RENEWAL, renews=FILE)


async def asked(world: World, kind: OrderKind, reason: RevocationReason | None = None) -> None:
    await handlers.ask_order(world.deps, AGENT, FILE, OrderAsked(kind, "because", reason))


async def suspension_asked(world: World) -> None:
    await asked(world, OrderKind.SUSPEND)


async def resumption_asked(world: World) -> None:
    await asked(world, OrderKind.SUSPEND)
    await handlers.confirm_order(world.deps, SIGNATORY, FILE)
    await asked(world, OrderKind.RESUME)


async def revocation_asked(world: World) -> None:
    await asked(world, OrderKind.REVOKE, RevocationReason.FORGERY)


async def sign(deps: Deps) -> None:
    await handlers.sign(deps, SIGNATORY, FILE)


async def sign_renewal(deps: Deps) -> None:
    await handlers.sign(deps, SIGNATORY, RENEWAL)


async def confirm(deps: Deps) -> None:
    await handlers.confirm_order(deps, SIGNATORY, FILE)


Prepare = Callable[[World], Awaitable[None]]
Finish = Callable[[Deps], Awaitable[None]]
ACTS: dict[str, tuple[Prepare, Finish, list[CertificateStatus], str]] = {
    "correction": (correction_at_signature, sign, [SUPERSEDED, VALID], "CertificateCorrected"),
    "duplicate": (duplicate_at_signature, sign, [SUPERSEDED, VALID], "CertificateDuplicated"),
    "renewal": (renewal_at_signature, sign_renewal, [SUPERSEDED], "CertificateSuperseded"),
    "suspension": (suspension_asked, confirm, [SUSPENDED], "CertificateSuspended"),
    "resumption": (resumption_asked, confirm, [VALID], "CertificateResumed"),
    "revocation": (revocation_asked, confirm, [REVOKED], "CertificateRevoked"),
}
WRITES = [("certificates", "save", 1), ("certificates", "save", 2), ("log", "append", 1)]
SIGNING_WRITES = [
    *WRITES,
    ("certificates", "save", 3),
    ("log", "append", 2),
    ("papers", "keep", 1),
    ("signer", "sign", 1),
]
CRASHES = [
    (act, write, after)
    for act in ACTS
    for write in (SIGNING_WRITES if ACTS[act][1] in {sign, sign_renewal} else WRITES)
    for after in (False, True)
    if not (act in {"correction", "duplicate"} and write == ("certificates", "save", 3))
]


async def valid_versions(world: World) -> int:
    """How many versions are valid, of the certificate and of its renewal."""
    found = await statuses(world)
    if await world.deps.certificates.find(RENEWAL) is not None:
        found += await statuses(world, RENEWAL)
    return found.count(VALID)


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
