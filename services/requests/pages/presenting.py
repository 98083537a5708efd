"""What a request looks like to its applicant: where it stands, what comes next and by when."""

from __future__ import annotations

from typing import Final

from libs.contracts.certificates import CertificateStatus
from libs.ui.elements import LAST_STAGE, Step, Tone, stage_steps
from libs.ui.forms import Message
from services.requests.domain.request import Request
from services.requests.domain.stages import Outcome, Stage
from services.requests.pages.screen import Screen
from services.requests.ports import FORMS

NO_STEPS: Final = tuple(Step(f"stage.{number}", "todo") for number in range(LAST_STAGE + 1))
"""The timeline of somebody who hasn't asked yet: the legend alone."""

FORM_KINDS: Final = FORMS
TONES: Final[dict[Outcome | None, Tone]] = {
    None: "info",
    Outcome.ISSUED: "good",
    Outcome.DELIVERED: "good",
    Outcome.REFUSED: "bad",
    Outcome.WITHDRAWN: "neutral",
    Outcome.NO_DEPOSIT: "neutral",
    Outcome.NOT_COMPLETED: "neutral",
}
WORTHS: Final[dict[CertificateStatus, Tone]] = {
    CertificateStatus.VALID: "good",
    CertificateStatus.SUSPENDED: "wait",
    CertificateStatus.SUPERSEDED: "neutral",
    CertificateStatus.REVOKED: "bad",
}
_AWAITED: Final[dict[Stage, tuple[str, str]]] = {
    Stage.STARTED: ("next.deposit", "due_on"),
    Stage.ENTRY: ("next.entry", "deadline_on"),
    Stage.CHECK: ("next.check", "deadline_on"),
    Stage.COMPLETION: ("next.completion", "due_on"),
}
_TOLD_MAILS: Final = frozenset(f"E{number}" for number in range(15))


def next_step(request: Request) -> Message:
    """What happens next, and by when."""
    if request.outcome is not None:
        return Message(f"next.{request.outcome.value}")
    if request.withdrawal_pending:
        return Message("next.withdrawal_pending")
    if request.stage is Stage.STARTED and request.look_up is None:
        return Message("next.looking")
    key, day = _AWAITED.get(request.stage, ("next.preparing", None))
    return Message(key, {"day": getattr(request, day)} if day else {})


def timeline(screen: Screen, request: Request) -> tuple[Step, ...]:
    """The nine steps of a request, with what comes next at the present one."""
    return stage_steps(int(request.stage), request.reached(), screen.sentence(next_step(request)))


def told_messages(request: Request) -> tuple[tuple[str, object, bool], ...]:
    """The mails about a request: the mail's name, when, and whether it arrived; the latest first."""
    notes = sorted(request.messages, key=lambda note: note.at, reverse=True)
    return tuple((note.template, note.at, note.sent) for note in notes if note.template in _TOLD_MAILS)
