"""Whatever happens to a certificate, and in any order: never two valid versions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.errors import Permanent
from libs.contracts.people import Role
from services.certificates.domain import facts, life, reissue
from services.certificates.domain.certificate import (
    Certificate,
    Stage,
    check,
    draft,
    give_back,
    hand_over,
    register,
    withdraw,
)
from services.certificates.domain.orders import Grounds, OrderKind
from services.certificates.domain.signing import issue, plan_signing
from tests.support.certificates_world import MORNING
from tests.support.life_files import (
    NUMBER,
    REVOKED,
    TODAY,
    VALID,
    approval,
    code,
    duplicating,
    issued,
    proof,
    statuses,
)

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
