"""The log's monitor finds each of a thousand attacks, and nothing on an honest log."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from deploy.log_monitor.audit import Audit
from deploy.log_monitor.entries import Known
from deploy.log_monitor.findings import Fault, Finding, Rules
from libs.contracts.issuance_log.merkle import root_of
from libs.contracts.issuance_log.tiles import Tile
from tests.support.honest_log import Served, Snapshot, honest, looked
from tests.support.log_attacks import ATTACKS

SEEDS = range(40)


def monitored(first: Snapshot, served: Served, *, restarted: bool) -> list[Finding]:
    """What a monitor finds now that looked once before.

    A restarted one knows only the head of then; one that went on looks at what is new, then reads all again.
    """
    verifier = served.signer.verifier
    audit = Audit(verifier, Rules())
    assert looked(audit, first) == []
    now = Snapshot.now(served)
    going_on = [] if restarted else looked(audit, now)
    # Where nothing was found, the newest head is what the second reading knows.
    head, _found = Audit(verifier, Rules()).open_head(first.note if restarted or going_on else now.note)
    assert head is not None
    again = Audit(verifier, Rules(), Known(head, first.at if restarted else now.at))
    return going_on or looked(again, now)


@pytest.mark.parametrize("restarted", [False, True])
def test_nothing_is_found_on_an_honest_log(*, restarted: bool) -> None:
    for seed in SEEDS:
        served = honest(seed)
        assert monitored(Snapshot.first(served), served, restarted=restarted) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_each_attack_is_found_by_its_name(attack: object) -> None:
    """26 attacks on 40 logs, half of them against a monitor that was restarted meanwhile: 1,040."""
    found: Counter[bool] = Counter()
    for seed in SEEDS:
        served = honest(seed)
        first = Snapshot.first(served)
        attack(served)  # type: ignore[operator]
        faults = {finding.fault for finding in monitored(first, served, restarted=seed % 2 == 0)}
        found[bool(faults & ATTACKS[attack])] += 1  # type: ignore[index]
    assert found == {True: len(SEEDS)}


def test_there_are_a_thousand_attacks() -> None:
    assert len(ATTACKS) * len(SEEDS) >= 1000


def test_a_finding_is_told_once() -> None:
    served = honest(1)
    served.publish(served.facts[0].told)
    audit = Audit(served.signer.verifier, Rules())
    assert [finding.fault for finding in looked(audit, Snapshot.now(served))] == [Fault.FACT_TWICE]
    assert looked(audit, Snapshot.now(served)) == []


def test_what_may_still_arrive_is_waited_for() -> None:
    """A fact whose entry no head covers yet, and an entry whose fact isn't published yet."""
    served = honest(2)
    snapshot = Snapshot.now(served)
    last = served.facts[-1]
    audit = Audit(served.signer.verifier, Rules(grace=timedelta(hours=9)))
    early = Snapshot.first(served)
    assert looked(audit, Snapshot(served.now, early.note, early.leaves, early.hashes, [last])) == []
    assert audit.facts == 1
    assert looked(audit, snapshot) == []
    assert audit.facts == len(served.facts)


def test_facts_from_before_the_log_are_passed_over_when_so_asked() -> None:
    served = honest(3)
    old = served.facts[0].told.model_copy(update={"log_index": None})
    served.publish(old, served.facts[0].published_at - timedelta(days=1))
    since = served.facts[0].published_at
    assert looked(Audit(served.signer.verifier, Rules(since=since)), Snapshot.now(served)) == []
    found = looked(Audit(served.signer.verifier, Rules()), Snapshot.now(served))
    assert [finding.fault for finding in found] == [Fault.FACT_UNLOGGED]


def test_a_fact_that_is_told_again_in_other_words_is_found() -> None:
    served = honest(4)
    audit = Audit(served.signer.verifier, Rules())
    again = [
        type(fact)(fact.id, fact.published_at, fact.told.model_copy(update={"number": "2026/999999"}))
        for fact in served.facts[:1]
    ]
    assert looked(audit, Snapshot.now(served)) == []
    assert [finding.fault for finding in audit.take_facts(again)] == [Fault.FACT_TWICE]
    assert audit.take_facts(served.facts) == []


def test_a_fact_out_of_time_is_found() -> None:
    for shift, fault in (
        (timedelta(minutes=-5), Fault.FACT_EARLY),
        (timedelta(days=2), Fault.FACT_LATE),
    ):
        served = honest(5)
        fact = served.facts[-1]
        served.facts[-1] = type(fact)(fact.id, fact.published_at + shift, fact.told)
        found = looked(Audit(served.signer.verifier, Rules()), Snapshot.now(served))
        assert [finding.fault for finding in found] == [fault]


def test_an_entry_that_cant_be_read_is_found() -> None:
    served = honest(6)
    served.leaves.append(b"{}")
    found = looked(Audit(served.signer.verifier, Rules()), Snapshot.now(served))
    assert [finding.fault for finding in found] == [Fault.ENTRY_UNREADABLE]
    assert str(found[0]).startswith(f"entry-unreadable: entry {len(served.leaves) - 1}: ")


def test_a_tile_of_a_higher_level_is_compared_with_the_entries() -> None:
    served = honest(7)
    audit = Audit(served.signer.verifier, Rules())
    looked(audit, Snapshot.now(served))
    snapshot = Snapshot.now(served)
    # A log of a few entries has no such tile: what is compared is the fold of what is there.
    right = root_of(snapshot.hashes)
    assert audit.take_tile(Tile(1, 0, 1), right) == []
    assert [finding.fault for finding in audit.take_tile(Tile(1, 0, 1), right[::-1])] == [Fault.TILE_WRONG]
    assert audit.take_tile(Tile(1, 1, 1), b"short") != []
