"""Every word that templates and code ask for exists in both languages."""

from __future__ import annotations

import pytest

from libs.contracts.certificates import SupersededBy
from libs.ui.translations_check import problems_of
from services.verification.domain.certificate import Verdict
from services.verification.errors import BirthDateWrong
from tests.support.verifying import PAGES


def test_every_word_exists_in_both_languages() -> None:
    assert problems_of("services.verification", more_keys=[f"error.{BirthDateWrong.slug}"]) == []


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("verdict", set(Verdict) - {Verdict.MALFORMED})
def test_every_verdict_has_its_words(lang: str, verdict: Verdict) -> None:
    keys = (f"answer.{verdict}.title", f"answer.{verdict}.text", f"status.{verdict}")
    assert all(PAGES.word(lang, key) for key in keys)


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("by", SupersededBy)
def test_every_way_to_be_superseded_has_its_words(lang: str, by: SupersededBy) -> None:
    assert PAGES.word(lang, f"answer.superseded.{by}.text")
