"""Every word that certificates shows exists in Arabic and in French."""

from __future__ import annotations

from inspect import getmembers, isclass

import pytest

from libs.chassis.errors import ServiceError
from libs.ui.pages import Pages
from libs.ui.translations_check import problems_of
from services.certificates import errors
from services.certificates.domain.batch import BatchKind, State
from services.certificates.domain.proof import ProofField
from services.certificates.pages.life import LIFE_ACTS
from services.certificates.pages.steps import STEPS, Step

PAGES = Pages("services.certificates")
ENDS = ("", ".missing")
BATCH_PARTS = ("title", "lead", "approved", "submit")
SLUGS = [error.slug for _name, error in getmembers(errors, isclass) if issubclass(error, ServiceError)]


def words_of(step: Step) -> list[str]:
    parts = ["open", "title", "lead", "submit", "done", "other_eyes"]
    parts += [part for box in step.boxes for part in (box, f"{box}.missing")]
    return [f"step.{step.name}.{part}" for part in parts]


def test_every_word_exists_in_both_languages() -> None:
    steps = [key for step in STEPS.values() for key in words_of(step)]
    acts = [f"life.{act}.{part}" for act in LIFE_ACTS for part in ("title", "lead", "submit", "done")]
    acts += [f"life.{act.name}.{box}{end}" for act in LIFE_ACTS.values() for box in act.boxes for end in ENDS]
    batches = [f"batch.{kind}.{part}" for kind in BatchKind for part in BATCH_PARTS]
    batches += [f"batch.state.{state}" for state in State] + [f"proof.{field}" for field in ProofField]
    refusals = [f"error.{slug}" for slug in SLUGS]
    assert problems_of("services.certificates", more_keys=[*steps, *acts, *batches, *refusals]) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_refusal_can_be_told(slug: str) -> None:
    assert PAGES.word("ar", f"error.{slug}") != PAGES.word("fr", f"error.{slug}")
