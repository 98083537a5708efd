"""Every word of requests exists in both languages."""

from __future__ import annotations

from libs.chassis.errors import Permanent
from libs.ui.translations_check import problems_of
from services.requests.domain.request import Piece, RefusalReason
from services.requests.domain.stages import Outcome
from services.requests.ports import FORMS

KEYS = (
    *(f"piece.{piece.value}" for piece in Piece),
    *(f"refusal.reason.{reason.value}" for reason in RefusalReason),
    *(f"outcome.{outcome.value}" for outcome in Outcome),
    *(f"next.{outcome.value}" for outcome in Outcome),
    *(f"form.{kind}" for kind in FORMS),
    *(f"mail.E{number}" for number in range(15)),
    *(
        f"error.{kind.slug}"
        for kind in Permanent.__subclasses__()
        if kind.__module__ == "services.requests.errors"
    ),
)


def test_every_word_exists_in_both_languages() -> None:
    assert problems_of("services.requests", more_keys=KEYS) == []
