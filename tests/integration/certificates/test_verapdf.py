"""The judge is judged: veraPDF passes a clean file and finds what is wrong with others."""

from __future__ import annotations

from io import BytesIO

import pytest
import typst
from reportlab.pdfgen.canvas import Canvas

from tests.support.verapdf import UNREADABLE, Flavour, broken_claims, failures

CLEAN = b"""
#set document(title: "Invented", date: datetime(year: 2026, month: 10, day: 30))
#set text(lang: "fr")
= Titre
Une phrase.
"""


def plain() -> bytes:
    """A page that reportlab draws and nobody tags."""
    page = BytesIO()
    canvas = Canvas(page)
    canvas.drawString(100, 700, "plain")
    canvas.save()
    return page.getvalue()


@pytest.fixture(scope="module")
def clean() -> bytes:
    return bytes(typst.compile(CLEAN, format="pdf", pdf_standards=["ua-1", "a-2a"]))


@pytest.mark.parametrize(
    ("flavour", "rules"),
    [
        (Flavour.UA_1, {"7.1-3", "7.1-8", "7.1-10", "7.1-11", "7.21.4.1-1"}),
        (Flavour.A_2A, {"6.2.11.4.1-1", "6.6.2.1-1", "6.7.2.2-1"}),
    ],
)
def test_untagged_unembedded_and_broken_files_are_found_among_clean_ones(
    clean: bytes, flavour: Flavour, rules: set[str]
) -> None:
    files = {"clean": clean, "plain": plain(), "half": plain()[:700], "empty": b"", "again": clean}
    found = failures(files, flavour)
    assert found.keys() == {"plain", "half", "empty"}
    assert set(found["plain"]) >= rules
    assert (found["half"], found["empty"]) == ((UNREADABLE,), (UNREADABLE,))


def test_both_standards_must_be_claimed_and_kept(clean: bytes) -> None:
    one_claim = bytes(typst.compile(CLEAN, format="pdf", pdf_standards=["a-2a"]))
    broken = clean.replace(b"/Lang", b"/Lung")
    many = {str(index): clean for index in range(50)}
    found = broken_claims({**many, "plain": plain(), "one": one_claim, "broken": broken, "half": clean[:700]})
    assert found.keys() == {"plain", "one", "broken", "half"}
    assert found["one"] == ("ua1 unclaimed",)
    assert found["plain"] == ("ua1 unclaimed", "2a unclaimed")
    assert found["half"] == ("ua1 unreadable", "2a unreadable")
    assert any(rule.startswith("ua1 7.2") for rule in found["broken"])


def test_nothing_to_judge_is_refused() -> None:
    with pytest.raises(ValueError, match="no file"):
        failures({}, Flavour.UA_1)
