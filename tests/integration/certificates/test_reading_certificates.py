"""Each program reads a certificate's values back, their letters and digits in logical order."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from services.certificates.adapters.pdf import get_wording, render_certificate
from services.certificates.domain.printed import CertificateContent, DocumentKind
from tests.support.corpus import ODD, Invented, Kind, one_of_each
from tests.support.extractors import Extractor, extract, squeezed

# poppler's own tree gives Arabic in the order of glyphs and ends an element at its first number.
READERS = tuple(extractor for extractor in Extractor if extractor is not Extractor.STRUCT_TEXT)
PEOPLE = one_of_each()

# Marks, and letters that Amiri draws as two glyphs: all but pypdf move them to a neighbour.
HARD_NAMES = frozenset({Kind.TASHKEEL, *ODD})
REGIONAL = re.compile("[\u06ad]")
TIFINAGH = re.compile("[\u2d30-\u2d7f]")


def plain(text: str) -> str:
    """The letters and digits: readers move signs beside digits."""
    return "".join(char for char in squeezed(text) if unicodedata.category(char)[0] in "LNM")


def values(content: CertificateContent) -> Iterator[tuple[str, str]]:
    """What a certificate or a card prints of its holder, with each value's name."""
    wording, holder = get_wording(content.issued_on), content.holder
    yield "name", holder.arabic_name
    yield "birth", wording.birth(holder.birth_date, holder.birth_precision)
    yield "number", content.number
    yield "code", content.verification_code
    if holder.latin_name:
        yield "latin name", holder.latin_name
    if content.kind is DocumentKind.CARD:
        return
    if holder.tifinagh_name:
        yield "tifinagh name", holder.tifinagh_name
    if content.valid_until:
        yield "valid until", wording.long_date(content.valid_until)
    yield "issued on", wording.long_date(content.issued_on)
    yield "birth place", holder.birth_place
    yield "identifier", holder.identifier
    for line in content.disabilities:
        yield f"{line.category} line", wording.line(line, holder.sex)


def is_hard(extractor: Extractor, name: str, value: str, kind: Kind) -> bool:
    """Whether a program is known to garble such a value; pypdf garbles none."""
    if extractor is Extractor.PYPDF:
        return False
    if name == "name":
        return kind in HARD_NAMES or (extractor is Extractor.PDFJS and bool(REGIONAL.search(value)))
    return extractor is Extractor.PDFTOTEXT and bool(TIFINAGH.search(value))


@cache
def texts(extractor: Extractor) -> dict[str, str]:
    pdfs = [render_certificate(each.content, get_wording(each.content.issued_on)) for each in PEOPLE]
    read = extract(extractor, pdfs)
    return {each.name: plain(text) for each, text in zip(PEOPLE, read, strict=True)}


@pytest.mark.parametrize("extractor", READERS)
def test_every_value_is_read_in_order(extractor: Extractor) -> None:
    missing = [
        (person.name, name)
        for person in PEOPLE
        for name, value in values(person.content)
        if not is_hard(extractor, name, value, person.kind)
        and plain(value) not in texts(extractor)[person.name]
    ]
    assert missing == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_most_letters_are_arabic_so_that_poppler_reads_from_the_right(person: Invented) -> None:
    directions = Counter(map(unicodedata.bidirectional, texts(Extractor.PDFTOTEXT)[person.name]))
    assert directions["AL"] > directions["L"]
