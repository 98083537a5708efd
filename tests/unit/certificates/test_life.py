"""A certificate's life after its issue, in the domain: whatever happens, never two valid versions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.errors import Permanent
from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.people import Role
from services.certificates.domain import facts, life, reissue
from services.certificates.domain.certificate import (
    APPLICANT,
    Action,
    Certificate,
    Stage,
    check,
    draft,
    give_back,
    hand_over,
    register,
    withdraw,
)
from services.certificates.domain.orders import Grounds, OrderKind, RevocationReason, Seizure
from services.certificates.domain.page import preview_of
from services.certificates.domain.personal import Personal
from services.certificates.domain.signing import issue, plan_signing
from services.certificates.domain.version import Approval, Paper, Proof, Seal, VersionKind
from services.certificates.errors import (
    AlreadyRevoked,
    AlreadyTold,
    FourEyes,
    NothingAsked,
    NothingToCorrect,
    NotInForce,
    NotSuspended,
    OrderUnderway,
    ReissueUnderway,
    SigningUnderway,
    WrongStage,
)
from tests.support.certificates_world import MORNING, ORIGIN, PRINTED

TODAY = date(2026, 11, 23)
NUMBER = "2026/000001"
LATER = MORNING + timedelta(hours=1)
CORRECTED = PRINTED.model_copy(update={"birth_place": "فاس"})
VALID, SUSPENDED = CertificateStatus.VALID, CertificateStatus.SUSPENDED
SUPERSEDED, REVOKED = CertificateStatus.SUPERSEDED, CertificateStatus.REVOKED


def approval(signatory_id: str = "signatory", at: datetime = MORNING) -> Approval:
    return Approval(signatory_id, at, at)


def proof(version: int) -> Proof:
    return Proof(Paper(f"request-1-{version}", "00" * 32), Seal("key", "Q01T"), changed_at=MORNING)


def code(version: int) -> str:
    return f"{version:016d}"


def prepared(file: Certificate) -> Certificate:
    """A file at drafting, carried to the signature."""
    checked = check(draft(file, "officer", MORNING), "controller", MORNING)
    return register(checked, "registrar", NUMBER, MORNING)


def signed(file: Certificate, at: datetime = MORNING) -> Certificate:
    version = len(file.versions) + 1
    return issue(plan_signing(file, approval(at=at), code(version)), proof(version), at)


def issued(valid_until: date | None = None) -> Certificate:
    return signed(
        prepared(
            Certificate(
                request_id="request-1",
                reference="2026-0000123",
                person_id="person-1",
                centre="061",
                centre_name="مركز مكناس",
                approved_at=MORNING,
                valid_until=valid_until,
                moved_at=MORNING,
                personal=Personal(PRINTED),
            )
        )
    )


def correcting(file: Certificate | None = None) -> Certificate:
    return reissue.open_correction(file or issued(), "officer", CORRECTED, LATER, TODAY)


def duplicating(file: Certificate | None = None) -> Certificate:
    return reissue.open_duplicate(file or issued(), APPLICANT, Role.APPLICANT, LATER, TODAY)


def ordered(
    file: Certificate, kind: OrderKind, reason: RevocationReason | None = None, at: datetime = LATER
) -> Certificate:
    asked = life.ask_order(file, Grounds(kind, at, "agent", "because", reason), Role.CENTRAL_AGENT)
    return life.carry_out(life.approve_order(asked, approval(at=at)))


def statuses(file: Certificate) -> list[CertificateStatus]:
    return [version.status for version in file.versions]


def test_a_correction_leaves_the_old_version_valid_until_the_signature() -> None:
    under_way = correcting()
    for file in (under_way, draft(under_way, "officer", LATER), prepared(under_way)):
        assert statuses(file) == [VALID]
    after = signed(prepared(under_way), LATER)
    assert statuses(after) == [SUPERSEDED, VALID]
    assert (after.stage, after.reissue, after.plan) == (Stage.ISSUED, None, None)
    old, new = after.versions
    assert (old.reason, old.changed_at) == (SupersededBy.CORRECTION, LATER)
    assert (new.kind, new.number, new.version) == (VersionKind.CORRECTION, NUMBER, 2)


def test_each_version_prints_what_it_printed() -> None:
    after = signed(prepared(correcting()))
    assert [page.birth_place for page in facts.content(after).versions] == ["مكناس", "فاس"]
    assert after.get_personal().printed == CORRECTED
    twice = signed(prepared(duplicating(after)))
    assert [page.birth_place for page in facts.content(twice).versions] == ["مكناس", "فاس", "فاس"]


def test_a_duplicate_prints_the_same_under_the_same_number_with_another_code() -> None:
    after = signed(prepared(duplicating()))
    old, new = after.versions
    assert (old.reason, new.kind) == (SupersededBy.DUPLICATE, VersionKind.DUPLICATE)
    assert old.number == new.number
    assert old.code_hash != new.code_hash
    assert len(set(facts.content(after).versions)) == 1


def test_a_preview_shows_what_is_proposed_and_its_mark() -> None:
    page = preview_of(correcting(), TODAY, ORIGIN)
    assert (page.holder.birth_place, page.corrected, page.duplicate) == ("فاس", True, False)
    assert preview_of(duplicating(), TODAY, ORIGIN).duplicate


def test_a_correction_never_touches_what_the_committee_found() -> None:
    proposed = CORRECTED.model_copy(update={"disabilities": ()})
    under_way = reissue.open_correction(issued(), "officer", proposed, LATER, TODAY)
    assert under_way.get_personal().to_print.disabilities == PRINTED.disabilities


def test_a_correction_that_changes_nothing_is_refused() -> None:
    with pytest.raises(NothingToCorrect):
        reissue.open_correction(issued(), "officer", PRINTED, LATER, TODAY)


def test_a_correction_needs_other_eyes_than_its_proposers() -> None:
    by_another = draft(
        reissue.open_correction(issued(), "proposer", CORRECTED, LATER, TODAY), "officer", LATER
    )
    with pytest.raises(FourEyes):
        check(by_another, "proposer", LATER)
    checked = register(check(by_another, "controller", LATER), "registrar", NUMBER, LATER)
    with pytest.raises(FourEyes):
        plan_signing(checked, approval("proposer"), code(2))


def test_one_reissue_at_a_time() -> None:
    for under_way in (correcting(), duplicating()):
        with pytest.raises(ReissueUnderway):
            correcting(under_way)
        with pytest.raises(ReissueUnderway):
            duplicating(under_way)


def test_a_correction_is_revised_while_it_is_drafted_only() -> None:
    other = PRINTED.model_copy(update={"birth_place": "سلا"})
    assert reissue.revise_correction(correcting(), other).get_personal().to_print == other
    with pytest.raises(WrongStage):
        reissue.revise_correction(draft(correcting(), "officer", LATER), other)
    with pytest.raises(NothingAsked):
        reissue.revise_correction(duplicating(), other)


def test_a_reissue_that_came_back_may_be_dropped_and_another_begun() -> None:
    back = give_back(prepared(correcting()), "signatory", "the name differs", LATER)
    dropped = reissue.drop_reissue(back, "officer", "a misunderstanding", LATER)
    assert (dropped.stage, dropped.reissue, statuses(dropped)) == (Stage.ISSUED, None, [VALID])
    assert dropped.get_personal().to_print == PRINTED
    assert statuses(signed(prepared(duplicating(dropped)))) == [SUPERSEDED, VALID]


def test_a_reissue_past_drafting_or_being_signed_is_not_dropped() -> None:
    with pytest.raises(WrongStage):
        reissue.drop_reissue(prepared(correcting()), "officer", "a reason", LATER)
    planned = plan_signing(prepared(correcting()), approval(), code(2))
    with pytest.raises(SigningUnderway):
        reissue.drop_reissue(planned, "officer", "a reason", LATER)
    with pytest.raises(NothingAsked):
        reissue.drop_reissue(issued(), "officer", "a reason", LATER)


def test_a_withdrawal_of_the_request_cancels_no_reissue() -> None:
    after = withdraw(correcting(), LATER)
    assert (after.stage, statuses(after)) == (Stage.DRAFTING, [VALID])


def test_what_has_ended_or_is_not_in_force_gets_no_other_version() -> None:
    over = issued(TODAY - timedelta(days=1))
    suspended = ordered(issued(), OrderKind.SUSPEND)
    for file in (over, suspended, ordered(issued(), OrderKind.REVOKE)):
        with pytest.raises(NotInForce):
            correcting(file)
        with pytest.raises(NotInForce):
            duplicating(file)
        assert not reissue.may_reissue(file, TODAY)


def test_a_mistake_is_told_once_and_answered_by_a_correction_or_dismissed() -> None:
    told = reissue.tell_mistake(issued(), "my name is wrong", LATER)
    assert (told.mistake_told_at, told.get_personal().wishes[0].text) == (LATER, "my name is wrong")
    with pytest.raises(AlreadyTold):
        reissue.tell_mistake(told, "again", LATER)
    assert correcting(told).mistake_told_at is None
    dismissed = reissue.dismiss_mistake(told, "officer", "the register says so", LATER)
    assert dismissed.mistake_told_at is None
    with pytest.raises(NothingAsked):
        reissue.dismiss_mistake(dismissed, "officer", "again", LATER)


def test_a_suspension_is_lifted_again() -> None:
    suspended = ordered(issued(), OrderKind.SUSPEND)
    assert statuses(suspended) == [SUSPENDED]
    assert statuses(ordered(suspended, OrderKind.RESUME)) == [VALID]
    assert [move.action for move in suspended.history[-2:]] == [Action.ORDER_ASKED, Action.SUSPENDED]


def test_a_revocation_takes_every_version_and_what_is_under_way() -> None:
    under_way = correcting(signed(prepared(duplicating())))
    after = ordered(plan_signing(prepared(under_way), approval(), code(3)), OrderKind.REVOKE)
    assert statuses(after) == [REVOKED, REVOKED]
    assert (after.stage, after.reissue, after.plan) == (Stage.ISSUED, None, None)
    assert len(after.get_personal().codes) == 2
    assert {version.reason for version in after.versions} == {""}
    assert {version.changed_at for version in after.versions} == {LATER}


def test_nothing_is_issued_in_the_place_of_what_is_not_valid() -> None:
    planned = plan_signing(prepared(correcting()), approval(), code(2))
    suspended = ordered(planned, OrderKind.SUSPEND)
    with pytest.raises(NotInForce):
        issue(suspended, proof(2), LATER)
    resumed = ordered(suspended, OrderKind.RESUME)
    assert statuses(issue(resumed, proof(2), LATER)) == [SUPERSEDED, VALID]


def test_a_reason_and_a_seizure_stay_in_the_sealed_part() -> None:
    seizure = Seizure(TODAY, "الدرك الملكي")
    grounds = Grounds(OrderKind.REVOKE, LATER, "agent", "forged", RevocationReason.FORGERY, seizure)
    asked = life.ask_order(issued(), grounds, Role.CENTRAL_AGENT)
    assert asked.get_personal().grounds == (grounds,)
    assert "forg" not in repr(replace(asked, personal=None))
    assert "forg" not in facts.state(life.carry_out(life.approve_order(asked, approval()))).model_dump_json()


def test_whoever_asks_does_not_confirm() -> None:
    grounds = Grounds(OrderKind.SUSPEND, LATER, "signatory", "because")
    asked = life.ask_order(issued(), grounds, Role.REGISTRAR)
    with pytest.raises(FourEyes):
        life.approve_order(asked, approval("signatory"))


def test_orders_come_one_after_the_other() -> None:
    asked = life.ask_order(issued(), Grounds(OrderKind.SUSPEND, LATER, "a", "x"), Role.CONTROLLER)
    with pytest.raises(OrderUnderway):
        life.ask_order(asked, Grounds(OrderKind.REVOKE, LATER, "b", "x"), Role.CONTROLLER)
    approved = life.approve_order(asked, approval())
    with pytest.raises(OrderUnderway):
        life.approve_order(approved, approval("second"))
    with pytest.raises(OrderUnderway):
        life.decline_order(approved, "second", LATER)
    declined = life.decline_order(asked, "signatory", LATER)
    assert (declined.order, statuses(declined)) == (None, [VALID])
    for refused in (ACTS["decline"], ACTS["approve"], life.carry_out):
        with pytest.raises(NothingAsked):
            refused(declined)
    with pytest.raises(NothingAsked):
        life.carry_out(asked)


@pytest.mark.parametrize(
    ("before", "kind", "error"),
    [
        ((), OrderKind.RESUME, NotSuspended),
        ((OrderKind.SUSPEND,), OrderKind.SUSPEND, NotInForce),
        ((OrderKind.REVOKE,), OrderKind.REVOKE, AlreadyRevoked),
        ((OrderKind.REVOKE,), OrderKind.RESUME, AlreadyRevoked),
        ((OrderKind.SUSPEND, OrderKind.REVOKE), OrderKind.SUSPEND, AlreadyRevoked),
    ],
)
def test_an_order_that_changes_nothing_is_refused(
    before: tuple[OrderKind, ...], kind: OrderKind, error: type[Permanent]
) -> None:
    file = issued()
    for earlier in before:
        file = ordered(file, earlier)
    with pytest.raises(error):
        ordered(file, kind)


def test_nothing_is_ordered_before_the_issue() -> None:
    with pytest.raises(WrongStage):
        ordered(replace(issued(), versions=()), OrderKind.SUSPEND)


def test_a_renewed_certificate_has_no_force_any_more() -> None:
    after = life.renew(correcting(), "signatory", LATER)
    assert statuses(after) == [SUPERSEDED]
    assert (after.versions[0].reason, after.reissue) == (SupersededBy.RENEWAL, None)
    assert life.renew(after, "signatory", LATER) == after
    with pytest.raises(AlreadyRevoked):
        ordered(after, OrderKind.REVOKE)


def test_a_renewal_waits_for_an_inquiry_and_never_wakes_the_revoked() -> None:
    with pytest.raises(NotInForce):
        life.renew(ordered(issued(), OrderKind.SUSPEND), "signatory", LATER)
    asked = life.ask_order(issued(), Grounds(OrderKind.REVOKE, LATER, "a", "x"), Role.CONTROLLER)
    with pytest.raises(OrderUnderway):
        life.renew(asked, "signatory", LATER)
    revoked = ordered(issued(), OrderKind.REVOKE)
    assert life.renew(revoked, "signatory", LATER) == revoked


@pytest.mark.parametrize(("days", "renewable"), [(91, False), (90, True), (0, True), (-400, True)])
def test_a_renewal_may_be_asked_for_from_ninety_days_before_the_end(days: int, *, renewable: bool) -> None:
    file = issued(TODAY + timedelta(days=days))
    assert life.is_renewable(file.versions[0], TODAY) is renewable
    assert not life.is_renewable(issued().versions[0], TODAY)


def test_only_what_is_in_force_is_handed_over_and_each_version_anew() -> None:
    with pytest.raises(NotInForce):
        hand_over(ordered(issued(), OrderKind.SUSPEND), "desk", LATER)
    again = signed(prepared(duplicating(hand_over(issued(), "desk", LATER))))
    assert again.handed_over_at is None
    assert hand_over(again, "desk", LATER).handed_over_at == LATER


UNTIL = TODAY + timedelta(days=365)


def told_by_day(file: Certificate, days: range) -> list[tuple[int, int]]:
    """On which day before the end the holder is told what, with a sweep on each of `days` before it."""
    told = []
    for left in days:
        today = UNTIL - timedelta(days=left)
        while file.remind_on is not None and file.remind_on <= today:
            file, term = life.remind(file, today)
            if term is not None:
                told.append((left, term))
    return told


def test_the_holder_is_reminded_three_times_each_once() -> None:
    assert told_by_day(issued(UNTIL), range(365, -30, -1)) == [(90, 90), (60, 60), (30, 30)]


def test_after_days_without_a_sweep_only_the_nearest_term_is_told() -> None:
    assert told_by_day(issued(UNTIL), range(365, -30, -365)) == [(0, 30)]
    assert told_by_day(issued(UNTIL), range(45, -30, -1)) == [(45, 60), (30, 30)]


def test_nobody_is_reminded_of_what_is_over_not_in_force_or_for_ever() -> None:
    assert told_by_day(issued(UNTIL), range(-1, -30, -1)) == []
    assert told_by_day(ordered(issued(UNTIL), OrderKind.SUSPEND), range(365, -30, -1)) == []
    assert ordered(issued(UNTIL), OrderKind.REVOKE).remind_on is None
    assert issued().remind_on is None


def test_only_a_revocation_for_death_is_told_to_nobody() -> None:
    for reason in RevocationReason:
        after = ordered(issued(), OrderKind.REVOKE, reason)
        assert life.is_of_the_dead(after) is (reason is RevocationReason.DEATH)


TICKS = itertools.count(1)


def _at() -> datetime:
    return MORNING + timedelta(seconds=next(TICKS))


ACTS: dict[str, Callable[[Certificate], Certificate]] = {
    "correct": lambda file: reissue.open_correction(
        file,
        "officer",
        file.get_personal().printed.model_copy(update={"birth_place": f"مدينة {next(TICKS)}"}),
        _at(),
        TODAY,
    ),
    "duplicate": duplicating,
    "drop": lambda file: reissue.drop_reissue(file, "officer", "a reason", _at()),
    "draft": lambda file: draft(file, "officer", _at()),
    "check": lambda file: check(file, "controller", _at()),
    "register": lambda file: register(file, "registrar", NUMBER, _at()),
    "back": lambda file: give_back(file, "controller", "a reason", _at()),
    "plan": lambda file: plan_signing(file, approval(), code(len(file.versions) + 1)),
    "issue": lambda file: issue(file, proof(len(file.versions) + 1), _at()),
    "ask suspend": lambda file: life.ask_order(
        file, Grounds(OrderKind.SUSPEND, _at(), "agent", "x"), Role.CENTRAL_AGENT
    ),
    "ask resume": lambda file: life.ask_order(
        file, Grounds(OrderKind.RESUME, _at(), "agent", "x"), Role.CENTRAL_AGENT
    ),
    "ask revoke": lambda file: life.ask_order(
        file, Grounds(OrderKind.REVOKE, _at(), "agent", "x"), Role.CENTRAL_AGENT
    ),
    "approve": lambda file: life.approve_order(file, approval(at=_at())),
    "decline": lambda file: life.decline_order(file, "signatory", _at()),
    "carry out": life.carry_out,
    "renew": lambda file: life.renew(file, "signatory", _at()),
    "tell mistake": lambda file: reissue.tell_mistake(file, "x", _at()),
    "dismiss": lambda file: reissue.dismiss_mistake(file, "officer", "x", _at()),
    "hand over": lambda file: hand_over(file, "desk", _at()),
    "withdraw": lambda file: withdraw(file, _at()),
}
FORWARD = ["draft", "check", "register", "plan", "issue"]
RUNS = st.lists(
    st.one_of(
        st.sampled_from(list(ACTS)).map(lambda act: [act]),
        st.sampled_from([[first, *FORWARD] for first in ("correct", "duplicate")]),
        st.sampled_from([[f"ask {kind}", "approve", "carry out"] for kind in OrderKind]),
    ),
    max_size=12,
).map(lambda runs: [act for run in runs for act in run])


@given(RUNS)
def test_in_any_order_of_acts_at_most_the_newest_version_is_valid(acts: list[str]) -> None:
    file = issued()
    for act in acts:
        before = file
        try:
            file = ACTS[act](file)
        except Permanent:
            continue
        assert VALID not in statuses(file)[:-1], act
        assert len(file.versions) >= len(before.versions)
        assert file.history[: len(before.history)] == before.history
        personal = file.get_personal()
        assert len(personal.codes) == len(file.versions) + (file.plan is not None)
        assert len(facts.content(file).versions) == len(file.versions)
        assert (file.stage is Stage.ISSUED) is (file.reissue is None)
        if REVOKED in statuses(before):
            assert set(statuses(file)) == {REVOKED}
