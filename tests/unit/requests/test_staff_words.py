"""The words that the staff's pages put together exist in both languages."""

from __future__ import annotations

import pytest

from libs.ui.pages import Pages
from services.requests.domain.medical_file import ScanKind
from services.requests.domain.stages import Action, Channel
from services.requests.handlers.offering import ACTS
from services.requests.pages.staff.file import DONE
from services.requests.pages.staff.home import WORK
from services.requests.pages.staff.queue import PARTS

SHOWN = Pages("services.requests")
SIMPLE = ("deposit", "checked", "completed", "admit", "approve")
SCRIPTS = ("arabic", "latin", "tifinagh")
REFUSALS = ("type", "damaged", "locked", "pages", "pixels", "size", "heavy")
KEYS = (
    *(f"staff.act.{act.name}" for act in ACTS),
    *(f"staff.act.{name}.{part}" for name in SIMPLE for part in ("lead", "button")),
    *(f"staff.done.{name}" for name in DONE),
    *(
        f"staff.home.{one.name}.{part}"
        for work in WORK.values()
        for one in work
        for part in ("title", "text")
    ),
    *(part.label_key for part in PARTS.values()),
    *(f"staff.action.{action.value}" for action in Action),
    *(f"staff.channel.{channel.value}" for channel in Channel),
    *(f"staff.entry.name.{script}" for script in SCRIPTS),
    *(
        f"staff.entry.{name}_{part}_name.missing"
        for name in ("arabic", "latin")
        for part in ("family", "given")
    ),
    *(f"staff.scans.why.{why}" for why in REFUSALS),
    *(f"scan.{kind.value}" for kind in ScanKind),
)


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_words_that_are_put_together_exist(lang: str) -> None:
    assert [key for key in KEYS if not SHOWN.word(lang, key)] == []
