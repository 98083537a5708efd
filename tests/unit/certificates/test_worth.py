"""Suspension, revocation, renewal, reminders, in the domain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from libs.chassis.errors import Permanent
from libs.contracts.certificates import SupersededBy
from libs.contracts.people import Role
from services.certificates.domain import facts, life
from services.certificates.domain.certificate import (
    Action,
    Certificate,
    Stage,
    hand_over,
)
from services.certificates.domain.orders import Grounds, OrderKind, RevocationReason, Seizure
from services.certificates.domain.signing import issue, plan_signing
from services.certificates.errors import (
    AlreadyRevoked,
    FourEyes,
    NothingAsked,
    NotInForce,
    NotSuspended,
    OrderUnderway,
    WrongStage,
)
from tests.support.life_files import (
    LATER,
    REVOKED,
    SUPERSEDED,
    SUSPENDED,
    TODAY,
    VALID,
    approval,
    code,
    correcting,
    duplicating,
    issued,
    ordered,
    prepared,
    proof,
    signed,
    statuses,
)


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
    with pytest.raises(NothingAsked):
        life.decline_order(declined, "signatory", LATER)
    with pytest.raises(NothingAsked):
        life.approve_order(declined, approval())
    with pytest.raises(NothingAsked):
        life.carry_out(declined)
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
