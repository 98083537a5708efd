"""Every word that templates and code ask for exists in both languages."""

from __future__ import annotations

import pytest

from libs.contracts.certificates import SupersededBy
from libs.ui.translations_check import problems_of
from services.verification.domain.certificate import Reason, Verdict
from services.verification.errors import (
    BirthDateWrong,
    CannotSayNow,
    CursorUnknown,
    TooManyWebhooks,
    WebhookUrlRefused,
)
from tests.support.verifying import PAGES


def test_every_word_exists_in_both_languages() -> None:
    assert (
        problems_of(
            "services.verification",
            more_keys=[
                f"error.{error.slug}"
                for error in (
                    BirthDateWrong,
                    CannotSayNow,
                    CursorUnknown,
                    TooManyWebhooks,
                    WebhookUrlRefused,
                )
            ],
        )
        == []
    )


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("verdict", set(Verdict) - {Verdict.MALFORMED})
def test_every_verdict_has_its_words(lang: str, verdict: Verdict) -> None:
    keys = (f"answer.{verdict}.title", f"answer.{verdict}.text", f"status.{verdict}")
    assert all(PAGES.word(lang, key) for key in keys)


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words(lang: str, reason: Reason) -> None:
    superseded = {
        Reason.SUPERSEDED_BY_CORRECTION: "answer.superseded.correction.text",
        Reason.DUPLICATE_ISSUED: "answer.superseded.duplicate.text",
        Reason.RENEWED: "answer.superseded.renewal.text",
    }
    malformed = f"verify.code.{reason}" if reason.startswith("malformed-") else f"answer.{reason}.text"
    assert PAGES.word(lang, superseded.get(reason, malformed))


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("by", SupersededBy)
def test_every_way_to_be_superseded_has_its_words(lang: str, by: SupersededBy) -> None:
    assert PAGES.word(lang, f"answer.superseded.{by}.text")
