"""Counts how many kinds of line each program reads back: `python -m tests.support.reading_table`."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Final

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import set_text
from tests.support.extractors import Extractor, extract, squeezed, squeezed_lines
from tests.support.tree import ROOT

DOCUMENT: Final = ROOT / "docs" / "certificates" / "reading.md"
LINES: Final = {
    "Arabic": "وزارة التضامن والإدماج الاجتماعي والأسرة",
    "Arabic, number and date in brackets": "طبقاً لأحكام المرسوم رقم 2.97.218 الصادر في (19 دجنبر 1997)؛",
    "Arabic with Latin in brackets": "رأي اللجنة التقنية (Commission technique) المركزية",
    "Arabic, date, dash and percentage": "تاريخ الازدياد: 19 دجنبر 1997 — النسبة (80%)",
    "Arabic with vowel marks and a regional letter": "الله لا إله إلا محمد الگراوي، ٱلْمَمْلَكَة",
    "Code and Arabic": "CIN: ZZ123456 رقم البطاقة",
    "Tifinagh": "ⵜⴰⴳⵍⴷⵉⵜ ⵏ ⵍⵎⵖⵔⵉⴱ",
    "French with accents": "Ministère de la Solidarité, l’Œuvre",
}
MEASURED: Final = {
    Extractor.PDFIUM: 4,
    Extractor.PDFJS: 7,
    Extractor.PDFTOTEXT: 5,
    Extractor.STRUCT_TEXT: 2,
    Extractor.PYPDF: 8,
}
"""What the experiments before this platform measured on eight such lines; no reader may do worse."""

_LEFT, _RIGHT, _TOP, _BETWEEN = 60, 540, 780, 40
_HEAD: Final = """# What programs read

Eight kinds of line, each written as certificates write theirs, and which of them each program gives back in
logical order; spaces, brackets and marks of direction aren't compared. A test keeps this table true and
every row at least as good as the "before" column, which experiments measured on similar lines.
Written by `python -m tests.support.reading_table`.

"""


@cache
def page() -> bytes:
    """A tagged page of the eight lines."""
    made_at = datetime(2026, 11, 1, tzinfo=UTC)
    sheet = Sheet(title="lines", author="tests", language="ar-MA", made_at=made_at, tagged=True)
    for index, text in enumerate(LINES.values()):
        starts_right = any("\u0600" <= char <= "\u06ff" for char in text)
        direction = Direction.RTL if starts_right else Direction.LTR
        with sheet.tagged(Tag("P")):
            x = _RIGHT if starts_right else _LEFT
            sheet.draw_setting(set_text(text, direction, 14), x, _TOP - index * _BETWEEN, 20)
    return sheet.finish()


@cache
def read_back(extractor: Extractor) -> dict[str, bool]:
    """For each kind of line, whether a program gives it back whole and in order."""
    (text,) = extract(extractor, [page()])
    lines = squeezed_lines(text)
    return {kind: squeezed(line) in lines for kind, line in LINES.items()}


def row(extractor: Extractor) -> str:
    """A program's row of the table."""
    found = read_back(extractor)
    marks = " | ".join("yes" if read else "no" for read in found.values())
    return f"| {extractor} | {marks} | {sum(found.values())} | {MEASURED[extractor]} |\n"


def table() -> str:
    """The whole document."""
    head = f"| read by | {' | '.join(LINES)} | of {len(LINES)} | before |\n"
    rule = f"|---|{'---|' * len(LINES)}---|---|\n"
    return _HEAD + head + rule + "".join(map(row, Extractor))


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(table(), encoding="utf-8")
