"""What pages hand to the macros: steps of a timeline, options of a choice, rows of a summary."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

StepState = Literal["done", "now", "todo", "skipped"]
Tone = Literal["neutral", "info", "good", "wait", "bad"]

LAST_STAGE: Final = 8


@dataclass(frozen=True)
class Step:
    """One step of the timeline.

    Args:
        label_key: the catalogue key of its name, for example ``stage.4``.
        state: whether it is behind, the present one, ahead, or was not needed.
        when: when it was reached, aware; None if it wasn't.
        note: a sentence beneath it, already in the reader's language; empty for none.
    """

    label_key: str
    state: StepState
    when: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Option:
    """One answer that radios, check boxes or a select offer."""

    value: str
    text: str
    hint: str = ""


@dataclass(frozen=True)
class OptionGroup:
    """Answers of a select under one heading, for example the centres of a region."""

    label: str
    options: tuple[Option, ...]


def stage_steps(current: int, reached: Mapping[int, datetime], note: str = "") -> tuple[Step, ...]:
    """Make the nine steps of a request's timeline.

    Args:
        current: the stage in which the request stands, 0 to 8.
        reached: the moment of the latest entry into each stage that was entered.
        note: a sentence for the present step (the outcome, the expected date, what to do next).

    Returns:
        the steps 0 to 8; one before the present that was never entered is skipped (stage 3, mostly),
        and the last one is done once it is reached.
    """
    steps = []
    for number in range(LAST_STAGE + 1):
        when = reached.get(number)
        state: StepState
        if number == current:
            state = "done" if number == LAST_STAGE else "now"
        elif number > current:
            state, when = "todo", None
        else:
            state = "skipped" if when is None else "done"
        steps.append(Step(f"stage.{number}", state, when, note if number == current else ""))
    return tuple(steps)
