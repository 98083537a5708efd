"""A batch: files that one of the staff works on together, confirmed once, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from libs.contracts.people import Role
from services.certificates.domain.certificate import PREPARING, Action, Certificate, Stage
from services.certificates.domain.version import Approval
from services.certificates.errors import AlreadyConfirmed, NothingChosen

MOST_FILES = 500
"""More than anybody looks through at once; a batch is one document."""

CLAIMED_FOR = timedelta(seconds=60)
"""After so long without a sign of life another process takes a batch over."""

GIVE_UP_AFTER = timedelta(minutes=10)
"""For so long what may succeed later is tried again."""


class BatchKind(StrEnum):
    """What is done with each file."""

    CHECK = "check"
    REGISTER = "register"
    SIGN = "sign"


@dataclass(frozen=True)
class Rule:
    """Whose work a kind of batch is.

    Attributes:
        not_after: Whoever did one of these with a file may not do this.
        done: What the file's history says of it afterwards.
    """

    stage: Stage
    role: Role
    not_after: tuple[Action, ...]
    done: Action


RULES = {
    BatchKind.CHECK: Rule(Stage.CONTROL, Role.CONTROLLER, PREPARING, Action.CHECKED),
    BatchKind.REGISTER: Rule(Stage.RECORDING, Role.REGISTRAR, (), Action.REGISTERED),
    BatchKind.SIGN: Rule(Stage.SIGNATURE, Role.SIGNATORY, (*PREPARING, Action.CHECKED), Action.ISSUED),
}
KINDS = {rule.stage: kind for kind, rule in RULES.items()}
"""What can be done together at each stage."""


class State(StrEnum):
    """Where one file of a batch is."""

    LEFT = "left"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Item:
    """One file of a batch.

    Attributes:
        reason: Of a failure, or of having been left out: the slug of a refusal; else empty.
    """

    certificate_id: str
    reference: str
    state: State = State.LEFT
    reason: str = ""


@dataclass(frozen=True)
class Batch:
    """Files that were chosen together.

    Attributes:
        left_out: What was chosen, too, but isn't this caller's to do.
        approval: Whose will this is, and when they proved who they are; None until it is confirmed.
        open: Confirmed, and something is left to do.
        worker: The process that works on it.
        claimed_until: When another one may take it over.
    """

    batch_id: str
    kind: BatchKind
    staff_id: str
    chosen_at: datetime
    items: tuple[Item, ...]
    left_out: tuple[Item, ...] = ()
    approval: Approval | None = None
    open: bool = False
    worker: str = ""
    claimed_until: datetime | None = None

    def count(self, state: State) -> int:
        """How many files are in that state."""
        return sum(item.state is state for item in self.items)

    @property
    def left(self) -> tuple[Item, ...]:
        """What is still to be done."""
        return tuple(item for item in self.items if item.state is State.LEFT)


def refusal_of(certificate: Certificate, kind: BatchKind, staff_id: str) -> str:
    """Why this file can't be in that person's batch: the slug of a refusal, or empty."""
    rule = RULES[kind]
    if certificate.stage is not rule.stage:
        return "wrong-stage"
    if staff_id in certificate.done_by(*rule.not_after):
        return "four-eyes"
    return ""


def choose(
    batch_id: str, kind: BatchKind, staff_id: str, files: Mapping[str, Certificate], at: datetime
) -> Batch:
    """Choose files; those that the caller may not do are set apart.

    Raises:
        NothingChosen: There's nothing left to do.
    """
    refused = {name: refusal_of(file, kind, staff_id) for name, file in files.items()}
    items = tuple(Item(name, files[name].reference) for name, reason in refused.items() if not reason)
    out = (
        Item(name, files[name].reference, State.FAILED, reason) for name, reason in refused.items() if reason
    )
    if not items:
        raise NothingChosen
    return Batch(batch_id, kind, staff_id, at, items[:MOST_FILES], tuple(out))


def confirm(batch: Batch, approval: Approval) -> Batch:
    """From now on it is worked off.

    Raises:
        AlreadyConfirmed: It was confirmed before.
    """
    if batch.approval is not None:
        raise AlreadyConfirmed
    return replace(batch, approval=approval, open=True)


def claim(batch: Batch, worker: str, at: datetime) -> Batch | None:
    """Take the batch, or None while another process works on it."""
    free = batch.claimed_until is None or batch.claimed_until <= at or batch.worker == worker
    return replace(batch, worker=worker, claimed_until=at + CLAIMED_FOR) if batch.open and free else None


def note(batch: Batch, outcomes: Mapping[str, Item], at: datetime) -> Batch:
    """Note what became of some files; without anything left it is closed."""
    items = tuple(outcomes.get(item.certificate_id, item) for item in batch.items)
    still_open = any(item.state is State.LEFT for item in items)
    return replace(batch, items=items, open=still_open, claimed_until=at + CLAIMED_FOR)


def after_failure(batch: Batch, item: Item, reason: str, at: datetime, *, for_good: bool) -> Item:
    """What a failure means: what may succeed later stays to be done for a while.

    Args:
        batch: Confirmed.
        item: The file.
        reason: The slug of what was raised.
        at: The moment.
        for_good: It will never succeed.
    """
    since = batch.approval.approved_at if batch.approval else batch.chosen_at
    given_up = for_good or at - since >= GIVE_UP_AFTER
    return replace(item, state=State.FAILED if given_up else State.LEFT, reason=reason)


def was_done(batch: Batch, certificate: Certificate) -> bool:
    """Whether an earlier attempt at this batch did its part with the file."""
    if batch.approval is None:
        return False
    by, since = batch.approval.signatory_id, batch.approval.approved_at
    done = RULES[batch.kind].done
    return any(move.action is done and move.by == by and move.at >= since for move in certificate.history)
