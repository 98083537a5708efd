"""The kit's proof against logs that the platform's own parts wrote: honest ones hold, altered ones don't."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.log_monitor.audit import PublicFact
from examples.partner.errors import NotProved
from examples.partner.events import Fact
from examples.partner.folder import Folder
from examples.partner.proving import prove
from libs.chassis.notes import NoteSigner
from libs.contracts.issuance_log.entry import LogKind
from libs.contracts.issuance_log.merkle import complete_subtrees, folded, inclusion_path, leaf_hash, root_of
from libs.contracts.issuance_log.tiles import Tile, bundled
from tests.support.honest_log import NAME, Served, honest, issue
from tests.support.partner_kit import PublicPages

SEEDS = range(5)


def fact_of(told: PublicFact) -> Fact:
    """A public fact as the kit reads it."""
    data = told.told
    return Fact(
        id=told.id,
        certificate_id=data.certificate_id,
        sequence=1,
        time=data.changed_at,
        number=data.number,
        version=data.version,
        status=data.status.value,
        issued_on=data.issued_on.isoformat(),
        valid_until=data.valid_until.isoformat() if data.valid_until else None,
        changed_at=data.changed_at,
        document_sha256=data.document_sha256,
        log_index=data.log_index,
        log_salt=data.log_salt,
    )


def pages_of(served: Served) -> PublicPages:
    """What the log's addresses answer."""
    size = len(served.leaves)
    hashes = [leaf_hash(leaf) for leaf in served.leaves]
    pages = {
        "/log/key": served.signer.verifier.text.encode(),
        "/log/checkpoint": served.signer.sign(served.head().text).encode(),
    }
    for begin in range(0, size, 256):
        part = served.leaves[begin : begin + 256]
        pages[f"/log/tile/{Tile(None, begin // 256, len(part)).path}"] = bundled(part)
    for index in range(size):
        steps = [
            folded([root_of(hashes[left:right]) for left, right in complete_subtrees(*range_)])
            for range_ in inclusion_path(index, size)
        ]
        answer = {"index": index, "size": size, "proof": [base64.b64encode(step).decode() for step in steps]}
        pages[f"/log/proof/inclusion?index={index}&size={size}"] = json.dumps(answer).encode()
    return PublicPages(pages)


def proved(pages: PublicPages, root: Path, fact: Fact) -> int:
    """How many entries the head covers that proves a fact."""
    api: Any = pages
    return prove(api, Folder(root), fact).size


@pytest.mark.parametrize("seed", SEEDS)
def test_every_fact_of_an_honest_log_is_proved(tmp_path: Path, seed: int) -> None:
    served = honest(seed)
    pages = pages_of(served)
    assert [proved(pages, tmp_path, fact_of(told)) for told in served.facts] == [len(served.leaves)] * len(
        served.facts
    )


def test_a_log_of_several_bundles_is_read(tmp_path: Path) -> None:
    served = honest(1)
    for number in range(600):
        served.record(issue(served, f"more-{number}"), LogKind.ISSUED)
    pages = pages_of(served)
    for told in (served.facts[0], served.facts[300], served.facts[-1]):
        assert proved(pages, tmp_path, fact_of(told)) == len(served.leaves)


ALTERED: Mapping[str, Callable[[Fact], Fact]] = {
    "status": lambda fact: replace(fact, status="revoked"),
    "number": lambda fact: replace(fact, number="2026/999999"),
    "version": lambda fact: replace(fact, version=2),
    "certificate": lambda fact: replace(fact, certificate_id="another"),
    "day of issue": lambda fact: replace(fact, issued_on="2020-01-01"),
    "last day": lambda fact: replace(fact, valid_until="2099-01-01"),
    "document": lambda fact: replace(fact, document_sha256="00" * 32),
    "moment": lambda fact: replace(fact, changed_at=fact.changed_at + timedelta(seconds=1)),
    "salt": lambda fact: replace(fact, log_salt="00" * 32),
    "another entry": lambda fact: replace(fact, log_index=(fact.log_index or 0) + 1),
    "no entry": lambda fact: replace(fact, log_index=None),
}


@pytest.mark.parametrize("change", ALTERED.values(), ids=ALTERED.keys())
def test_an_altered_fact_is_not_proved(tmp_path: Path, change: Callable[[Fact], Fact]) -> None:
    served = honest(2)
    fact = fact_of(served.facts[0])
    assert proved(pages_of(served), tmp_path, fact)
    with pytest.raises(NotProved) as refusal:
        proved(pages_of(served), tmp_path, change(fact))
    assert not refusal.value.may_come


def test_an_entry_that_the_head_does_not_cover_yet_may_come(tmp_path: Path) -> None:
    served = honest(3)
    fact = replace(fact_of(served.facts[0]), log_index=len(served.leaves))
    with pytest.raises(NotProved) as refusal:
        proved(pages_of(served), tmp_path, fact)
    assert refusal.value.may_come


def test_a_rewritten_entry_is_not_below_the_head(tmp_path: Path) -> None:
    served = honest(4)
    fact = fact_of(served.facts[0])
    pages = pages_of(served)
    (path,) = [path for path in pages.pages if path.startswith("/log/tile/entries")]
    leaves = list(served.leaves)
    leaves[fact.log_index or 0] = leaves[-1]
    pages.pages[path] = bundled(leaves)
    with pytest.raises(NotProved, match="isn't below"):
        proved(pages, tmp_path, fact)


def test_a_head_by_another_key_and_another_key_itself_are_refused(tmp_path: Path) -> None:
    served = honest(0)
    fact = fact_of(served.facts[0])
    pages = pages_of(served)
    proved(pages, tmp_path, fact)
    thief = NoteSigner(NAME, Ed25519PrivateKey.generate())
    pages.pages["/log/checkpoint"] = thief.sign(served.head().text).encode()
    with pytest.raises(NotProved, match="isn't signed"):
        proved(pages, tmp_path, fact)
    # The key was seen before: one that comes now isn't believed.
    pages.pages["/log/key"] = thief.verifier.text.encode()
    with pytest.raises(NotProved, match="another key"):
        proved(pages, tmp_path, fact)
