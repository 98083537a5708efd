"""The invented people are many, of every kind, the same each time, and nobody's."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import astuple

import pytest

from libs.contracts.code import format_code, is_well_formed
from libs.contracts.people import IdentifierKind, Precision
from libs.contracts.qr import payload_in, read
from tests.support.corpus import ODD, SIZE, Invented, Kind, corpus, invent, one_of_each


def of(kind: Kind) -> list[Invented]:
    return [person for person in corpus() if person.kind is kind]


def test_every_kind_is_there_as_often_as_the_others() -> None:
    counts = Counter(person.kind for person in corpus())
    assert counts.keys() == set(Kind)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert sum(counts.values()) == SIZE == 500


def test_a_person_is_the_same_each_time_however_many_are_asked_for() -> None:
    assert one_of_each() == corpus()[: len(Kind)]
    assert all(invent(index, person.kind) == person for index, person in enumerate(corpus()))


def test_nobody_is_twice_there() -> None:
    assert len({astuple(person.content) for person in corpus()}) == SIZE
    assert len({person.content.number[5:] for person in corpus()}) == SIZE
    assert len({person.name for person in corpus()}) == SIZE


def test_no_number_can_be_anybodys() -> None:
    holders = [person.content.holder for person in corpus()]
    cards = [h for h in holders if h.identifier_kind is not IdentifierKind.BIRTH_CERTIFICATE]
    assert all(holder.identifier.startswith("ZZ") for holder in cards)
    assert len(cards) > SIZE * 0.9


def test_codes_would_be_accepted() -> None:
    assert all(is_well_formed(person.content.verification_code) for person in corpus())


def test_qr_codes_say_what_the_page_says() -> None:
    for person in corpus():
        claims = read(payload_in(person.content.qr_url)).claims
        assert (claims.number, claims.valid_until) == (person.content.number, person.content.valid_until)
        assert format_code(claims.code) == person.content.verification_code


@pytest.mark.parametrize("kind", [Kind.TASHKEEL, Kind.RARE_MARKS])
def test_marked_names_carry_marks(kind: Kind) -> None:
    names = [person.content.holder.arabic_name for person in of(kind)]
    marked = [name for name in names if any(map(unicodedata.combining, name)) or set(name) & set("ـۥۦﷲ")]
    assert marked == names


@pytest.mark.parametrize("kind", ODD - {Kind.RARE_MARKS})
def test_odd_names_hold_what_an_arabic_name_should_not(kind: Kind) -> None:
    wanted = str.isdigit if kind is Kind.DIGITS else str.isascii
    names = [person.content.holder.arabic_name.replace(" ", "") for person in of(kind)]
    assert all(any(map(wanted, name)) for name in names)


def test_each_kind_has_its_particular() -> None:
    assert all(person.content.holder.birth_precision is Precision.YEAR for person in of(Kind.YEAR_ONLY))
    assert all(person.content.holder.latin_name is None for person in of(Kind.NO_LATIN))
    assert all(person.content.holder.tifinagh_name for person in of(Kind.TIFINAGH))
    assert all(len(person.content.disabilities) == 4 for person in of(Kind.FOUR_LINES))
    assert all(person.content.disabilities[0].companion for person in of(Kind.COMPANION))
    assert all(person.content.valid_until for person in of(Kind.TEMPORARY))
    assert all(person.content.duplicate for person in of(Kind.DUPLICATE))
    assert all(person.content.corrected for person in of(Kind.CORRECTED))
    assert all(len(person.content.holder.arabic_name) > 60 for person in of(Kind.LONG_NAME))
