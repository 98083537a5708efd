"""Checks a holder's receipt: the statement, its entry, the way from the entry to a signed head."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import date
from typing import Any

from libs.chassis.notes import NoteVerifier
from libs.contracts.certificates import CertificateStatus
from libs.contracts.issuance_log.checkpoint import Checkpoint
from libs.contracts.issuance_log.entry import STATUS_AFTER, LogEntry, Statement, written
from libs.contracts.issuance_log.merkle import is_included, leaf_hash


def faults_of(receipt: Mapping[str, Any], verifier: NoteVerifier) -> list[str]:
    """What doesn't hold of a receipt; empty where all does.

    Args:
        receipt: As it was downloaded.
        verifier: The log's key, known from elsewhere than the receipt.
    """
    try:
        head = Checkpoint.read(verifier.opened(receipt["checkpoint"]))
        leaf = receipt["entry"].encode()
        entry = LogEntry.decoded(leaf)
        statement = _statement(receipt["statement"], entry)
        proof = [base64.b64decode(step, validate=True) for step in receipt["proof"]]
        index, salt = int(receipt["index"]), str(receipt["salt"])
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as error:
        return [f"not a receipt of {verifier.name}: {error}"]
    checks = {
        "the head is another log's": head.origin == verifier.name,
        "the entry isn't below the signed head": is_included(
            leaf_hash(leaf), index, head.size, proof, head.root
        ),
        "the entry commits to another statement": entry.commitment == statement.commitment(salt),
        "the statement's moment isn't the entry's": receipt["statement"]["changed_at"] == written(entry.at),
        "the statement's status isn't the entry's": STATUS_AFTER.get(entry.kind) is statement.status,
    }
    return [fault for fault, holds in checks.items() if not holds]


def _statement(told: Mapping[str, Any], entry: LogEntry) -> Statement:
    return Statement(
        certificate_id=told["certificate_id"],
        number=told["number"],
        version=int(told["version"]),
        status=CertificateStatus(told["status"]),
        document_sha256=told["document_sha256"],
        issued_on=date.fromisoformat(told["issued_on"]),
        valid_until=date.fromisoformat(told["valid_until"]) if told["valid_until"] else None,
        changed_at=entry.at,
    )
