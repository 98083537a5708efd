"""A certificate's way: what may follow what, and whose eyes have to be others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.code import ALPHABET, code_hash
from services.certificates.domain.certificate import (
    Action,
    Certificate,
    Stage,
    check,
    draft,
    give_back,
    hand_over,
    note_download,
    register,
    withdraw,
)
from services.certificates.domain.code import draw_code
from services.certificates.domain.page import page_of, preview_of
from services.certificates.domain.personal import Personal
from services.certificates.domain.signing import issue, plan_signing
from services.certificates.domain.version import (
    Approval,
    Paper,
    Proof,
    Seal,
    SealLevel,
    Standing,
    VersionKind,
    standing,
)
from services.certificates.errors import (
    AlreadyHandedOver,
    AlreadyIssued,
    Erased,
    FourEyes,
    SigningUnderway,
    WrongStage,
)
from tests.support.certificates_world import MORNING, ORIGIN, PRINTED

CODE = "0123456789ABCDEF"
NUMBER = "2026/000001"
PROOF = Proof(
    Paper("request-1-1", "00" * 32),
    Seal("key", "Q01T", SealLevel.BASELINE_B),
    document_sha256="11" * 32,
    log_index=7,
    log_salt="22" * 16,
    changed_at=MORNING,
)


def drafting() -> Certificate:
    return Certificate(
        request_id="request-1",
        reference="2026-0000123",
        person_id="person-1",
        centre="061",
        centre_name="مركز مكناس",
        approved_at=MORNING,
        valid_until=None,
        moved_at=MORNING,
        personal=Personal(PRINTED),
    )


def control() -> Certificate:
    return draft(drafting(), "officer", MORNING)


def recording() -> Certificate:
    return check(control(), "controller", MORNING)


def signature() -> Certificate:
    return register(recording(), "registrar", NUMBER, MORNING)


def approval(signatory_id: str = "signatory", at: datetime = MORNING) -> Approval:
    return Approval(signatory_id, at, at)


def planned() -> Certificate:
    return plan_signing(signature(), approval(), CODE)


def issued() -> Certificate:
    return issue(planned(), PROOF, MORNING)


def cancelled() -> Certificate:
    return withdraw(drafting(), MORNING)


AT = {
    Stage.CANCELLED: cancelled,
    Stage.DRAFTING: drafting,
    Stage.CONTROL: control,
    Stage.RECORDING: recording,
    Stage.SIGNATURE: signature,
    Stage.ISSUED: issued,
}
STEPS: dict[str, tuple[Callable[[Certificate], Certificate], dict[Stage, Stage]]] = {
    "draft": (lambda file: draft(file, "a", MORNING), {Stage.DRAFTING: Stage.CONTROL}),
    "check": (lambda file: check(file, "b", MORNING), {Stage.CONTROL: Stage.RECORDING}),
    "register": (lambda file: register(file, "c", NUMBER, MORNING), {Stage.RECORDING: Stage.SIGNATURE}),
    "give_back": (
        lambda file: give_back(file, "d", "a reason", MORNING),
        dict.fromkeys((Stage.CONTROL, Stage.RECORDING, Stage.SIGNATURE), Stage.DRAFTING),
    ),
    "plan": (lambda file: plan_signing(file, approval("e"), CODE), {Stage.SIGNATURE: Stage.SIGNATURE}),
    "hand_over": (lambda file: hand_over(file, "f", MORNING), {Stage.ISSUED: Stage.ISSUED}),
    "note_download": (lambda file: note_download(file, MORNING), {Stage.ISSUED: Stage.ISSUED}),
}


@pytest.mark.parametrize("stage", AT)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_possible_exactly_at_its_stages(step: str, stage: Stage) -> None:
    take, leads = STEPS[step]
    if stage in leads:
        assert take(AT[stage]()).stage is leads[stage]
    else:
        with pytest.raises((WrongStage, AlreadyIssued)):
            take(AT[stage]())


@pytest.mark.parametrize("stage", AT)
def test_a_withdrawal_cancels_before_the_signature_and_is_noted_later(stage: Stage) -> None:
    after = withdraw(AT[stage](), MORNING)
    assert after.withdrawal_requested
    expected = Stage.CANCELLED if stage in {Stage.DRAFTING, Stage.CONTROL, Stage.RECORDING} else stage
    assert after.stage is expected


def test_the_officer_may_not_control_the_own_draft() -> None:
    with pytest.raises(FourEyes):
        check(control(), "officer", MORNING)


@pytest.mark.parametrize("signatory", ["officer", "controller"])
def test_officer_and_controller_may_not_sign(signatory: str) -> None:
    with pytest.raises(FourEyes):
        plan_signing(signature(), approval(signatory), CODE)


def test_the_registrar_may_sign() -> None:
    assert plan_signing(signature(), approval("registrar"), CODE).plan is not None


def test_a_controller_may_not_draft_the_file_that_came_back() -> None:
    back = give_back(recording(), "registrar", "a reason", MORNING)
    with pytest.raises(FourEyes):
        draft(back, "controller", MORNING)


def test_an_earlier_officer_stays_excluded_after_another_one_drafted() -> None:
    again = draft(give_back(control(), "controller", "a reason", MORNING), "second", MORNING)
    with pytest.raises(FourEyes):
        check(again, "officer", MORNING)
    assert check(again, "controller", MORNING).officer_id == "second"


def test_a_file_that_came_back_keeps_its_number_and_tells_why() -> None:
    back = give_back(signature(), "signatory", "the name differs", MORNING)
    assert back.number == NUMBER
    assert [note.reason for note in back.get_personal().notes] == ["the name differs"]


def test_a_file_that_comes_back_after_a_withdrawal_ends_there() -> None:
    back = give_back(withdraw(signature(), MORNING), "signatory", "a reason", MORNING)
    assert back.stage is Stage.CANCELLED
    assert [move.action for move in back.history[-2:]] == [Action.RETURNED, Action.WITHDRAWN]


def test_nothing_goes_back_once_its_signature_is_planned() -> None:
    with pytest.raises(SigningUnderway):
        give_back(planned(), "signatory", "a reason", MORNING)


def test_a_plan_is_made_once() -> None:
    with pytest.raises(SigningUnderway):
        plan_signing(planned(), approval("other"), CODE)


def test_what_is_issued_is_what_was_planned() -> None:
    version = issued().versions[0]
    assert (version.number, version.code_hash, version.approval) == (NUMBER, code_hash(CODE), approval())
    assert issued().plan is None


def test_issuing_twice_is_refused() -> None:
    with pytest.raises(AlreadyIssued):
        issue(issued(), PROOF, MORNING)


def test_issuing_without_a_plan_is_refused() -> None:
    with pytest.raises(WrongStage):
        issue(signature(), PROOF, MORNING)


def test_handing_over_twice_is_refused() -> None:
    with pytest.raises(AlreadyHandedOver):
        hand_over(hand_over(issued(), "desk", MORNING), "desk", MORNING)


def test_history_is_only_added_to() -> None:
    assert [move.action for move in issued().history] == [
        Action.DRAFTED,
        Action.CHECKED,
        Action.REGISTERED,
        Action.ISSUED,
    ]


def test_the_day_of_issue_is_the_civil_day_in_morocco() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    plan = plan_signing(signature(), approval(at=late), CODE).plan
    assert plan is not None
    assert plan.issued_on == date(2027, 1, 1)


def test_erased_data_are_told_as_such() -> None:
    with pytest.raises(Erased):
        replace(issued(), personal=None).get_personal()


@pytest.mark.parametrize(
    ("days", "expected"), [(0, Standing.VALID), (1, Standing.VALID), (2, Standing.EXPIRED)]
)
def test_a_temporary_certificate_is_valid_through_its_last_day(days: int, expected: Standing) -> None:
    version = replace(issued().versions[0], valid_until=date(2026, 11, 24))
    assert standing(version, date(2026, 11, 23) + timedelta(days=days)) is expected


def test_the_page_shows_the_planned_code_and_leads_to_it_by_the_fragment() -> None:
    file = planned()
    assert file.plan is not None
    page = page_of(file, file.plan, ORIGIN)
    assert page.verification_code.startswith("0123-4567-89AB-CDEF-")
    assert page.qr_url == f"{ORIGIN}/v#{page.verification_code}"
    assert (page.number, page.holder.arabic_name) == (NUMBER, "ياسين أيت وعزيز")


def test_a_preview_shows_no_real_number_or_code() -> None:
    page = preview_of(drafting(), date(2026, 11, 23), ORIGIN)
    assert page.number == "2026/000000"
    assert page.verification_code.startswith("0000-0000-0000-0000")


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_a_code_spells_all_of_its_entropy(one: bytes, other: bytes) -> None:
    code = draw_code(one)
    assert len(code) == 16
    assert set(code) <= set(ALPHABET)
    assert (code == draw_code(other)) is (one == other)


@pytest.mark.parametrize("size", [0, 9, 11])
def test_a_code_is_drawn_from_eighty_bits(size: int) -> None:
    with pytest.raises(ValueError, match="10 bytes"):
        draw_code(bytes(size))


def test_what_was_planned_stored_sealed_and_logged_stands_in_the_version() -> None:
    planned_copy = plan_signing(signature(), approval(), CODE, kind=VersionKind.DUPLICATE, status_index=9)
    version = issue(planned_copy, PROOF, MORNING).versions[0]
    assert (version.kind, version.status_index) == (VersionKind.DUPLICATE, 9)
    assert (version.document_sha256, version.log_index, version.log_salt) == ("11" * 32, 7, "22" * 16)
    assert (version.seal.level, version.changed_at) == (SealLevel.BASELINE_B, MORNING)


@pytest.mark.parametrize(
    ("kind", "marks"),
    [
        (VersionKind.FIRST, (False, False)),
        (VersionKind.DUPLICATE, (True, False)),
        (VersionKind.CORRECTION, (False, True)),
    ],
)
def test_a_page_is_marked_with_why_there_is_another_version(
    kind: VersionKind, marks: tuple[bool, bool]
) -> None:
    file = plan_signing(signature(), approval(), CODE, kind=kind)
    assert file.plan is not None
    page = page_of(file, file.plan, ORIGIN)
    assert (page.duplicate, page.corrected) == marks
