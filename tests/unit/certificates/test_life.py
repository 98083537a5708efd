"""Other versions and another worth of what is issued, in the domain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from libs.contracts.certificates import SupersededBy
from services.certificates.domain import facts, reissue
from services.certificates.domain.certificate import (
    Stage,
    check,
    draft,
    give_back,
    register,
    withdraw,
)
from services.certificates.domain.orders import OrderKind
from services.certificates.domain.page import preview_of
from services.certificates.domain.signing import plan_signing
from services.certificates.domain.version import VersionKind
from services.certificates.errors import (
    AlreadyTold,
    FourEyes,
    NothingAsked,
    NothingToCorrect,
    NotInForce,
    ReissueUnderway,
    SigningUnderway,
    WrongStage,
)
from tests.support.certificates_world import ORIGIN, PRINTED
from tests.support.life_files import (
    CORRECTED,
    LATER,
    NUMBER,
    SUPERSEDED,
    TODAY,
    VALID,
    approval,
    code,
    correcting,
    duplicating,
    issued,
    ordered,
    prepared,
    signed,
    statuses,
)


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
