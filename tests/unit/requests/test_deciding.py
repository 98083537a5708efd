"""The decision takes two people; the certificate's progress and the mails are followed."""

from __future__ import annotations

from datetime import date

import pytest

from libs.chassis.errors import NotFound, SequenceGap
from libs.contracts.certificates import (
    CertificateChecked,
    CertificateDownloaded,
    CertificateDrafted,
    CertificateHandedOver,
    CertificateIssued,
    CertificateReturned,
)
from libs.contracts.notifications import MessageFailed, MessageSent
from libs.contracts.people import Identifier, IdentifierKind, Role
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration, PrintedPerson, RequestApproved
from services.requests.domain.committee import approved_opinion
from services.requests.domain.request import RefusalReason
from services.requests.domain.stages import Outcome, Stage
from services.requests.errors import (
    MedicalFileIncomplete,
    OpinionMissing,
    OpinionUnusable,
    ReasonMissing,
    SamePerson,
    WrongStage,
)
from services.requests.handlers import citizen, deciding, facts, following
from tests.support.requests_world import (
    CHAIR,
    DOCTOR,
    HEAD,
    LINE,
    MEKNES,
    NOON,
    World,
    certificate_told,
    new_world,
    staff,
)

TEMPORARY = DisabilityLine(
    category=Category.MOTOR, degree=Degree.MILD, duration=Duration.TEMPORARY, companion=False
)


@pytest.fixture
async def world() -> World:
    return await new_world()


async def test_an_approved_request_is_handed_to_certificates(world: World) -> None:
    request = await world.approved(await world.register())
    assert (request.stage, request.in_committee) == (Stage.DRAFTING, False)
    assert (await world.platform.published())[-1] == "RequestApproved"


async def test_a_minor_is_certified_by_the_birth_certificate(world: World) -> None:
    """Scenario 1 of the domain digest, without the guardian and the later card."""
    act = Identifier(kind=IdentifierKind.BIRTH_CERTIFICATE, number="214", office="ville-test", year=2019)
    request = await world.approved(await world.register(act, date(2019, 3, 14)))
    holder = (await world.deps.store.files.get(request.file_id or "")).value.holder
    centre = (await world.deps.store.centres.get(request.centre)).value
    fact = facts.approved(request, approved_opinion(request), holder, centre, NOON)
    printed = fact.secret
    assert isinstance(fact.event, RequestApproved)
    assert fact.event.centre_name == centre.name_ar
    assert isinstance(printed, PrintedPerson)
    assert (printed.identifier, printed.birth_date) == (act, date(2019, 3, 14))
    assert printed.disabilities == (LINE,)


async def test_the_doctor_alone_does_not_decide(world: World) -> None:
    both = staff("both", Role.COMMITTEE_DOCTOR, Role.COMMITTEE_CHAIR)
    request = await world.at_check(await world.register())
    await deciding.admit_request(world.deps, HEAD, request.id)
    await deciding.enter_opinion(world.deps, both, request.id, [LINE], None)
    with pytest.raises(SamePerson):
        await deciding.approve_request(world.deps, both, request.id)


async def test_whoever_checked_a_file_does_not_admit_it(world: World) -> None:
    request = await world.at_check(await world.register())
    both = staff("agent", Role.COAPH_AGENT, Role.COAPH_HEAD, centres=[MEKNES])
    with pytest.raises(SamePerson):
        await deciding.admit_request(world.deps, both, request.id)


async def test_nothing_is_approved_without_an_opinion(world: World) -> None:
    request = await world.at_check(await world.register())
    await deciding.admit_request(world.deps, HEAD, request.id)
    with pytest.raises(OpinionMissing):
        await deciding.approve_request(world.deps, CHAIR, request.id)


@pytest.mark.parametrize(
    ("lines", "valid_until"),
    [
        ([], None),
        ([LINE, LINE], None),
        ([LINE], date(2030, 1, 1)),
        ([TEMPORARY], None),
        ([TEMPORARY], date(2026, 11, 23)),
    ],
)
async def test_an_opinion_that_contradicts_itself_is_refused(
    world: World, lines: list[DisabilityLine], valid_until: date | None
) -> None:
    request = await world.at_check(await world.register())
    await deciding.admit_request(world.deps, HEAD, request.id)
    with pytest.raises(OpinionUnusable):
        await deciding.enter_opinion(world.deps, DOCTOR, request.id, lines, valid_until)


async def test_an_opinion_waits_for_the_admission(world: World) -> None:
    request = await world.at_check(await world.register())
    with pytest.raises(WrongStage):
        await deciding.enter_opinion(world.deps, DOCTOR, request.id, [LINE], None)


async def test_a_file_that_was_found_is_admitted_without_a_new_check(world: World) -> None:
    await world.bank("ZZ300001", date(1990, 5, 12))
    request = await world.look_up(await world.submit(await world.register("ZZ300001")))
    admitted = await deciding.admit_request(world.deps, HEAD, request.id)
    assert (admitted.stage, admitted.in_committee) == (Stage.CHECK, True)


async def test_a_request_without_a_file_is_not_admitted(world: World) -> None:
    request = await world.look_up(await world.submit(await world.register()))
    with pytest.raises((MedicalFileIncomplete, NotFound, WrongStage)):
        await deciding.admit_request(world.deps, HEAD, request.id)


@pytest.mark.parametrize("in_committee", [False, True])
async def test_a_refusal_gives_its_reasons(world: World, *, in_committee: bool) -> None:
    person = await world.register()
    request = await world.at_check(person)
    if in_committee:
        await deciding.admit_request(world.deps, HEAD, request.id)
    caller = CHAIR if in_committee else HEAD
    reason = RefusalReason.EVIDENCE_INSUFFICIENT
    with pytest.raises(ReasonMissing):
        await deciding.refuse_request(world.deps, caller, request.id, reason, " ")
    refused = await deciding.refuse_request(world.deps, caller, request.id, reason, "Texte")
    assert (refused.stage, refused.outcome, refused.open) == (Stage.CLOSED, Outcome.REFUSED, False)
    seen = (await citizen.get_own(world.deps, person, request.id)).value.applicant.refusal
    assert seen is not None
    assert (seen.reason, seen.text) == (reason, "Texte")
    assert (await world.platform.published())[-1] == "RequestRefused"


async def test_the_timeline_follows_the_certificate(world: World) -> None:
    request = await world.issued(await world.register())
    assert (request.stage, request.outcome, request.open) == (Stage.CLOSED, Outcome.ISSUED, False)
    assert request.certificate is not None
    assert request.certificate.number == "2026/000123"
    assert set(request.reached()) == {0, 1, 2, 4, 5, 6, 7, 8}
    file = (await world.deps.store.files.get(request.file_id or "")).value
    assert file.certificates == ("2026/000123",)


async def test_a_returned_draft_goes_back_to_preparation(world: World) -> None:
    request = await world.approved(await world.register())
    told = certificate_told(request)
    await world.hear(following.on_drafted, CertificateDrafted(**told), request.id)
    event = CertificateReturned(**told, from_stage=5)
    assert (await world.hear(following.on_returned, event, request.id)).stage is Stage.DRAFTING


async def test_a_fact_that_is_missing_between_is_noticed(world: World) -> None:
    request = await world.approved(await world.register())
    told = certificate_told(request)
    world.delivery(CertificateDrafted(**told), request.id)
    with pytest.raises(SequenceGap):
        await world.hear(following.on_checked, CertificateChecked(**told), request.id)


async def test_an_issued_certificate_settles_a_pending_withdrawal(world: World) -> None:
    person = await world.register()
    request = await world.approved(person)
    await citizen.withdraw_request(world.deps, person, request.id)
    told = certificate_told(request)
    event = CertificateIssued(**told, number="2026/000001", issued_on=date(2026, 11, 23), valid_until=None)
    after = await world.hear(following.on_issued, event, request.id)
    assert (after.outcome, after.withdrawal_pending) == (Outcome.ISSUED, False)


async def test_a_certificate_that_was_taken_is_delivered(world: World) -> None:
    request = await world.issued(await world.register())
    told = certificate_told(request)
    event = CertificateDownloaded(**told, downloaded_at=NOON)
    after = await world.hear(following.on_downloaded, event, request.id)
    assert after.outcome is Outcome.DELIVERED
    handed = CertificateHandedOver(**told, handed_over_at=NOON)
    last = await world.hear(following.on_handed_over, handed, request.id)
    assert last.certificate is not None
    assert (last.certificate.downloaded_at, last.certificate.handed_over_at) == (NOON, NOON)


async def test_mails_are_noted_and_a_later_word_on_one_replaces_the_earlier(world: World) -> None:
    request = await world.submit(await world.register())
    told = {"message_id": "m-1", "person_id": request.person_id, "template": "E1"}
    sent = MessageSent(**told, request_id=request.id, sent_at=NOON)
    failed = MessageFailed(**told, request_id=request.id, failed_at=NOON, reason="refused")
    await following.on_message_sent(world.deps, world.delivery(sent, "m-1"))
    await following.on_message_failed(world.deps, world.delivery(failed, "m-1"))
    (note,) = (await world.request(request.id)).messages
    assert (note.template, note.sent) == ("E1", False)


async def test_a_mail_about_no_request_is_passed_over(world: World) -> None:
    event = MessageSent(message_id="m-1", person_id="person", template="E0", request_id=None, sent_at=NOON)
    await following.on_message_sent(world.deps, world.delivery(event, "m-1"))
    assert await world.platform.published() == []
