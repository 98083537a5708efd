"""The use cases of certificates, on memory: what is published, who may see what, what a withdrawal does."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta

import pytest

from libs.chassis.errors import AlreadyApplied, NotFound
from libs.chassis.web.caller import Caller
from libs.chassis.web.errors import Forbidden
from libs.contracts.people import Role
from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from services.certificates.domain.number import VoidReason
from services.certificates.errors import AlreadyIssued, FourEyes, SealUnavailable, Unprintable, WrongStage
from tests.support.certificates_world import (
    CONTROLLER,
    DESK,
    FES,
    OFFICER,
    OTHER_DESK,
    REGISTRAR,
    SIGNATORY,
    World,
    holder,
    new_world,
    staff,
)


@pytest.fixture
async def world() -> World:
    return await new_world()


async def test_an_approval_opens_a_file_at_drafting(world: World) -> None:
    file = await world.file(await world.approved())
    assert (file.stage, file.reference, file.centre) == (Stage.DRAFTING, "2026-0000123", "061")
    assert await world.platform.published() == []


async def test_an_approval_that_comes_again_changes_nothing(world: World) -> None:
    await world.brought_to(Stage.CONTROL)
    with pytest.raises(AlreadyApplied):
        await world.approved()
    assert (await world.file()).stage is Stage.CONTROL


async def test_the_whole_way_is_told_in_order(world: World) -> None:
    await world.brought_to(Stage.ISSUED)
    assert await world.platform.published() == [
        "CertificateDrafted",
        "CertificateChecked",
        "CertificateRegistered",
        "CertificateIssued",
        "CertificateState",
        "CertificateStatusPublished",
    ]


async def test_the_signed_page_is_the_stored_one(world: World) -> None:
    version = (await world.file(await world.brought_to(Stage.ISSUED))).versions[0]
    assert world.signer.signed == [version.document_sha256]
    assert b64decode(version.seal.cms) == f"seal of {version.document_sha256}".encode()
    assert (version.number, version.issued_on) == ("2026/000001", date(2026, 11, 23))


async def test_signing_twice_is_refused(world: World) -> None:
    await world.brought_to(Stage.ISSUED)
    with pytest.raises(AlreadyIssued):
        await handlers.sign(world.deps, SIGNATORY, "request-1")
    assert len(world.signer.signed) == 1


async def test_one_person_with_all_roles_still_needs_others(world: World) -> None:
    both = staff("both", Role.CERTIFICATE_OFFICER, Role.CONTROLLER, Role.SIGNATORY)
    await world.approved()
    await handlers.draft(world.deps, both, "request-1")
    with pytest.raises(FourEyes):
        await handlers.check(world.deps, both, "request-1")
    await handlers.check(world.deps, CONTROLLER, "request-1")
    await handlers.register(world.deps, REGISTRAR, "request-1")
    with pytest.raises(FourEyes):
        await handlers.sign(world.deps, both, "request-1")
    assert (await world.file()).plan is None


async def test_a_draft_that_cannot_be_printed_does_not_reach_control(world: World) -> None:
    class Refusing:
        async def print_preview(self, _content: object) -> bytes:
            raise Unprintable

    await world.approved()
    with pytest.raises(Unprintable):
        await handlers.draft(world.with_parts(printer=Refusing()), OFFICER, "request-1")
    assert (await world.file()).stage is Stage.DRAFTING


@pytest.mark.parametrize(
    ("stage", "caller"),
    [(Stage.CONTROL, CONTROLLER), (Stage.RECORDING, REGISTRAR), (Stage.SIGNATURE, SIGNATORY)],
)
async def test_whoever_works_on_it_may_give_it_back(world: World, stage: Stage, caller: Caller) -> None:
    await world.brought_to(stage)
    await handlers.give_back(world.deps, caller, "request-1", "the name differs")
    assert (await world.file()).stage is Stage.DRAFTING
    assert (await world.platform.published())[-1] == "CertificateReturned"


async def test_nobody_gives_back_what_waits_for_another_role(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    with pytest.raises(Forbidden):
        await handlers.give_back(world.deps, CONTROLLER, "request-1", "the name differs")


async def test_a_file_that_comes_again_to_the_registrar_keeps_its_number(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    await handlers.give_back(world.deps, SIGNATORY, "request-1", "the name differs")
    await handlers.draft(world.deps, OFFICER, "request-1")
    await handlers.check(world.deps, CONTROLLER, "request-1")
    assert await handlers.register(world.deps, REGISTRAR, "request-1") == "2026/000001"
    assert len(world.numbers.taken) == 1


async def test_the_year_of_a_number_is_that_of_morocco(world: World) -> None:
    await world.brought_to(Stage.RECORDING)
    world.clock.advance(timedelta(days=38, hours=14, minutes=30))
    assert await handlers.register(world.deps, REGISTRAR, "request-1") == "2027/000001"


@pytest.mark.parametrize("stage", [Stage.DRAFTING, Stage.CONTROL, Stage.RECORDING])
async def test_a_withdrawal_before_the_signature_cancels(world: World, stage: Stage) -> None:
    await world.brought_to(stage)
    await handlers.on_withdrawal_requested(world.deps, await world.withdrawal_of("request-1"))
    assert (await world.file()).stage is Stage.CANCELLED
    assert (await world.platform.published())[-1] == "DraftCancelled"


@pytest.mark.parametrize("stage", [Stage.SIGNATURE, Stage.ISSUED])
async def test_a_withdrawal_later_only_leaves_a_note(world: World, stage: Stage) -> None:
    await world.brought_to(stage)
    await handlers.on_withdrawal_requested(world.deps, await world.withdrawal_of("request-1"))
    assert (await world.file()).stage is stage
    assert "DraftCancelled" not in await world.platform.published()


async def test_a_withdrawn_certificate_at_the_signature_can_still_be_issued(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    await handlers.on_withdrawal_requested(world.deps, await world.withdrawal_of("request-1"))
    await handlers.sign(world.deps, SIGNATORY, "request-1")
    assert (await world.file()).stage is Stage.ISSUED


async def test_a_cancelled_number_is_recorded_as_void_by_the_sweep(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    await handlers.on_withdrawal_requested(world.deps, await world.withdrawal_of("request-1"))
    await handlers.give_back(world.deps, SIGNATORY, "request-1", "withdrawn meanwhile")
    assert (await world.platform.published())[-2:] == ["CertificateReturned", "DraftCancelled"]
    await handlers.sweep(world.deps)
    assert world.numbers.voided == {}
    world.clock.advance(timedelta(minutes=6))
    await handlers.sweep(world.deps)
    assert world.numbers.voided == {"2026/000001": VoidReason.WITHDRAWN}
    assert (await world.file()).number_settled


async def test_holders_see_their_own_issued_certificates_only(world: World) -> None:
    await world.brought_to(Stage.ISSUED, "mine", person_id="person-1")
    await world.brought_to(Stage.SIGNATURE, "not-yet", person_id="person-1")
    await world.brought_to(Stage.ISSUED, "hers", person_id="person-2")
    assert [file.request_id for file in await handlers.list_own(world.deps, holder())] == ["mine"]
    assert await handlers.find_own(world.deps, holder(), "mine") is not None
    for other in ("not-yet", "hers", "nothing"):
        assert await handlers.find_own(world.deps, holder(), other) is None
        with pytest.raises(NotFound):
            await handlers.open_own_paper(world.deps, holder(), other)


async def test_the_first_download_is_told_once(world: World) -> None:
    await world.brought_to(Stage.ISSUED)
    first = await handlers.open_own_paper(world.deps, holder(), "request-1")
    second = await handlers.open_own_paper(world.deps, holder(), "request-1")
    assert first == second
    assert (await world.platform.published()).count("CertificateDownloaded") == 1


async def test_the_staff_opens_a_paper_without_its_counting_as_a_download(world: World) -> None:
    await world.brought_to(Stage.ISSUED)
    assert await handlers.open_paper(world.deps, DESK, "request-1")
    assert "CertificateDownloaded" not in await world.platform.published()


async def test_there_is_no_paper_before_the_signature(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    with pytest.raises(NotFound):
        await handlers.open_paper(world.deps, OFFICER, "request-1")


@pytest.mark.parametrize(
    "stranger",
    [OTHER_DESK, staff("doctor", Role.COMMITTEE_DOCTOR), staff("head", Role.COAPH_HEAD), holder("person-2")],
    ids=lambda caller: caller.id,
)
async def test_files_of_others_do_not_exist(world: World, stranger: Caller) -> None:
    await world.brought_to(Stage.ISSUED)
    with pytest.raises(NotFound):
        await handlers.get_file(world.deps, stranger, "request-1")
    assert list((await handlers.list_queue(world.deps, stranger, Stage.ISSUED, 1)).files) == []
    assert list(await handlers.search(world.deps, stranger, "2026-0000123")) == []


async def test_the_desk_sees_what_its_centres_can_hand_over(world: World) -> None:
    await world.brought_to(Stage.ISSUED, "here")
    await world.brought_to(Stage.ISSUED, "there", person_id="person-2", centre=FES)
    await world.brought_to(Stage.CONTROL, "not-yet", person_id="person-3")
    queue = await handlers.list_queue(world.deps, DESK, Stage.ISSUED, 1)
    assert [file.request_id for file in queue.files] == ["here"]
    assert queue.counts == {Stage.ISSUED: 1}
    assert list((await handlers.list_queue(world.deps, DESK, Stage.CONTROL, 1)).files) == []
    with pytest.raises(NotFound):
        await handlers.get_file(world.deps, DESK, "not-yet")


async def test_a_queue_begins_with_whoever_has_waited_longest(world: World) -> None:
    await world.approved("first")
    world.clock.advance(timedelta(hours=1))
    await world.approved("second", "person-2")
    queue = await handlers.list_queue(world.deps, OFFICER, Stage.DRAFTING, 1)
    assert [file.request_id for file in queue.files] == ["first", "second"]
    assert queue.counts[Stage.DRAFTING] == 2


async def test_a_file_is_found_by_reference_and_by_number(world: World) -> None:
    await world.brought_to(Stage.ISSUED)
    for text in ("2026-0000123", "2026/000001"):
        assert [file.request_id for file in await handlers.search(world.deps, DESK, text)] == ["request-1"]


async def test_a_handover_is_told(world: World) -> None:
    await world.brought_to(Stage.ISSUED)
    await handlers.hand_over(world.deps, DESK, "request-1")
    assert (await world.platform.published())[-1] == "CertificateHandedOver"
    assert (await world.file()).handed_over_at == world.clock.now()


async def test_only_what_is_issued_is_handed_over(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    both = staff("both", Role.DELIVERY_DESK, Role.CENTRAL_AGENT)
    with pytest.raises(WrongStage):
        await handlers.hand_over(world.deps, both, "request-1")


async def test_a_preview_is_marked_and_changes_nothing(world: World) -> None:
    await world.approved()
    before = await world.stored()
    await handlers.preview(world.deps, OFFICER, "request-1")
    assert [preview for _content, preview in world.printer.pages] == [True]
    assert await world.stored() == before


async def test_a_silent_seal_leaves_a_plan_that_the_sweep_finishes(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    world.signer.silent = True
    with pytest.raises(SealUnavailable):
        await handlers.sign(world.deps, SIGNATORY, "request-1")
    world.clock.advance(timedelta(minutes=2))
    await handlers.sweep(world.deps)
    assert (await world.file()).stage is Stage.SIGNATURE
    world.signer.silent = False
    await handlers.sweep(world.deps)
    file = await world.file()
    assert file.stage is Stage.ISSUED
    assert file.versions[0].approval.signatory_id == "signatory"


async def test_the_sweep_leaves_a_signing_of_this_moment_alone(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE)
    world.signer.silent = True
    with pytest.raises(SealUnavailable):
        await handlers.sign(world.deps, SIGNATORY, "request-1")
    world.signer.silent = False
    await handlers.sweep(world.deps)
    assert (await world.file()).stage is Stage.SIGNATURE


async def test_an_erased_file_stays_countable(world: World) -> None:
    await world.brought_to(Stage.ISSUED)
    stored = await world.stored()
    await world.deps.certificates.save(stored, replace(stored.value, personal=None))
    queue = await handlers.list_queue(world.deps, DESK, Stage.ISSUED, 1)
    assert [file.personal for file in queue.files] == [None]
