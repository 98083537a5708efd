"""A holder's receipt is checked without the platform, and any change to it is found."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.log_monitor.command import app
from deploy.log_monitor.memory import Memory
from deploy.log_monitor.receipts import faults_of
from libs.contracts.issuance_log.entry import find_statement
from libs.contracts.issuance_log.merkle import inclusion_path, leaf_hash, root_of
from services.certificates.domain.log import Evidence, Head
from services.certificates.pages.log import receipt_of
from tests.support.honest_log import Served, honest

INDEX = 5


@pytest.fixture
def served() -> Served:
    return honest(21)


@pytest.fixture
def receipt(served: Served) -> dict[str, Any]:
    fact = served.facts[INDEX].told
    statement = find_statement(fact)
    assert statement is not None
    assert fact.log_salt is not None
    hashes = [leaf_hash(leaf) for leaf in served.leaves]
    head = served.head()
    return receipt_of(
        Evidence(
            key=served.signer.verifier.text,
            index=INDEX,
            leaf=served.leaves[INDEX],
            salt=fact.log_salt,
            statement=statement,
            proof=[root_of(hashes[begin:end]) for begin, end in inclusion_path(INDEX, head.size)],
            head=Head(head.size, head.root, served.signer.sign(head.text)),
        )
    )


def test_a_receipt_holds(served: Served, receipt: dict[str, Any]) -> None:
    assert faults_of(receipt, served.signer.verifier) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"index": INDEX + 1}, "below the signed head"),
        ({"proof": []}, "below the signed head"),
        ({"salt": "00" * 32}, "another statement"),
        ({"statement": {"number": "2026/999999"}}, "another statement"),
        ({"statement": {"document_sha256": "00" * 32}}, "another statement"),
        ({"statement": {"changed_at": "2026-01-01T00:00:00.000000Z"}}, "moment"),
        ({"statement": {"status": "unheard-of"}}, "not a receipt"),
        ({"checkpoint": "none"}, "not a receipt"),
        ({"entry": "{}"}, "not a receipt"),
        ({"proof": ["!"]}, "not a receipt"),
        ({"statement": None}, "not a receipt"),
    ],
)
def test_a_changed_receipt_does_not(
    served: Served, receipt: dict[str, Any], change: dict[str, Any], fault: str
) -> None:
    changed = deepcopy(receipt)
    for name, value in change.items():
        changed[name] = receipt[name] | value if isinstance(value, dict) else value
    assert any(fault in found for found in faults_of(changed, served.signer.verifier))


def test_a_receipt_without_a_part_is_none(served: Served, receipt: dict[str, Any]) -> None:
    for name in ("checkpoint", "entry", "statement", "proof", "index", "salt"):
        rest = {other: value for other, value in receipt.items() if other != name}
        assert "not a receipt" in faults_of(rest, served.signer.verifier)[0]


def test_the_command_checks_with_the_key_that_is_given_or_kept(
    served: Served, receipt: dict[str, Any], tmp_path: Path
) -> None:
    file, state = tmp_path / "receipt.json", tmp_path / "state.json"
    file.write_text(json.dumps(receipt))
    run = CliRunner()
    verify = ["verify", str(file), "--state", str(state)]
    assert run.invoke(app, verify).exit_code == 2
    assert run.invoke(app, [*verify, "--key", served.signer.verifier.text]).exit_code == 0
    Memory(served.signer.verifier).keep(state)
    held = run.invoke(app, verify)
    assert (held.exit_code, "the receipt holds" in held.output) == (0, True)
    file.write_text(json.dumps(receipt | {"salt": ""}))
    refused = run.invoke(app, verify)
    assert (refused.exit_code, "another statement" in refused.output) == (1, True)
    other = honest(22).signer.verifier.text
    assert run.invoke(app, [*verify, "--key", other]).exit_code == 1
