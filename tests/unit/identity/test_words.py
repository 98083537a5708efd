"""Every word of identity exists in both languages."""

from __future__ import annotations

from libs.ui.translations_check import problems_of
from services.identity import errors
from services.identity.pages.account import WEAKNESSES
from services.identity.pages.identifying import FAULTS, KINDS


def test_every_word_exists_in_both_languages() -> None:
    slugs = {f"error.{item.slug}" for item in vars(errors).values() if hasattr(item, "slug")}
    keys = {
        *slugs,
        *FAULTS.values(),
        *WEAKNESSES.values(),
        *(f"identifier.{kind}" for kind in KINDS),
        "register.kind.act_hint",
    }
    assert problems_of("services.identity", more_keys=keys) == []
