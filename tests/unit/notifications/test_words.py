"""Every word that templates and code ask for exists in both languages."""

from __future__ import annotations

import pytest

from libs.ui.translations_check import problems_of
from services.notifications.domain import Item, Template
from tests.support.notifying import PAGES


def test_every_word_exists_in_both_languages() -> None:
    assert problems_of("services.notifications") == []


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_every_template_has_a_subject_and_every_item_a_name(lang: str) -> None:
    keys = [f"mail.{template}.subject" for template in Template] + [f"item.{item}" for item in Item]
    assert all(PAGES.word(lang, key) for key in keys)
