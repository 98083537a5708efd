"""Our text layer reads back in logical order, in no program worse than was measured."""

from __future__ import annotations

import pytest

from tests.support.extractors import Extractor, squeezed, squeezed_lines
from tests.support.reading_table import DOCUMENT, LINES, MEASURED, read_back, row

# Programs that every clone has in the same version; poppler is the machine's.
PINNED = (Extractor.PDFIUM, Extractor.PDFJS, Extractor.PYPDF)


@pytest.mark.parametrize("extractor", Extractor)
def test_no_program_reads_fewer_lines_than_were_measured(extractor: Extractor) -> None:
    assert sum(read_back(extractor).values()) >= MEASURED[extractor]


@pytest.mark.parametrize("extractor", [e for e in Extractor if e is not Extractor.STRUCT_TEXT])
def test_plain_arabic_is_read_by_every_program(extractor: Extractor) -> None:
    assert read_back(extractor)["Arabic"]


@pytest.mark.parametrize("extractor", PINNED)
def test_the_printed_table_says_what_is_measured(extractor: Extractor) -> None:
    assert row(extractor) in DOCUMENT.read_text(encoding="utf-8")


def test_there_are_eight_kinds_of_line() -> None:
    assert len(LINES) == len(set(LINES.values())) == 8


def test_what_readers_add_is_not_compared_and_order_is() -> None:
    assert squeezed_lines('  "\u202bابت (جح)\u202c 12"\n\n""') == ["ابتجح12"]
    assert squeezed("ab c") != squeezed("c ba")
