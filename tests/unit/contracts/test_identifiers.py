"""Numbers of people are read however they were typed."""

from __future__ import annotations

from datetime import date

import pytest

from libs.contracts.identifiers import IdentifierRefused, fold, guess_kind, read_identifier
from libs.contracts.people import Identifier, IdentifierKind

TODAY = date(2026, 11, 22)
BORN_ON = date(2019, 3, 14)
CIN, ACT, CARD = IdentifierKind.CIN, IdentifierKind.BIRTH_CERTIFICATE, IdentifierKind.RESIDENCE_CARD


def read(kind: IdentifierKind, number: str, office: str = "", year: str = "") -> Identifier:
    return read_identifier(kind, number, office=office, year=year, born_on=BORN_ON, today=TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        "ZZ100002",
        "zz 100-002",
        " zz100002 ",
        "ZZ١٠٠٠٠٢",
        "ZZ۱۰۰۰۰۲",
        "\u200fZZ100002\u200e",
        "ＺＺ100002",
        "zz.100.002",
    ],
)
def test_one_cin_has_one_form_however_it_is_typed(typed: str) -> None:
    assert read(CIN, typed).canonical() == "cin|ZZ100002||"


@pytest.mark.parametrize("typed", ["ZZ", "100002", "ZZZ100002", "ZZ12345678", "Z123", "ZZ10O002"])
def test_what_is_no_cin_is_refused(typed: str) -> None:
    with pytest.raises(IdentifierRefused) as refusal:
        read(CIN, typed)
    assert (refusal.value.field, refusal.value.reason) == ("number", "malformed")


@pytest.mark.parametrize(
    ("number", "year"),
    [("214", "2019"), ("214/2019", ""), ("214-19", ""), ("0214/2019", "2019"), ("٢١٤", "٢٠١٩")],
)
def test_a_birth_certificates_year_may_come_in_its_number(number: str, year: str) -> None:
    assert read(ACT, number, "Meknès", year).canonical() == "birth_certificate|214|meknes|2019"


def test_twins_have_different_identifiers() -> None:
    first, second = (read(ACT, number, "وجدة", "2019") for number in ("118", "119"))
    assert first.canonical() != second.canonical()


def test_the_same_act_of_another_office_is_another_identifier() -> None:
    assert read(ACT, "214/2019", "مكناس").canonical() != read(ACT, "214/2019", "فاس").canonical()


@pytest.mark.parametrize(
    ("number", "office", "year", "field", "reason"),
    [
        ("", "مكناس", "2019", "number", "missing"),
        ("21A", "مكناس", "2019", "number", "malformed"),
        ("0", "مكناس", "2019", "number", "malformed"),
        ("214", "", "2019", "office", "missing"),
        ("214", "م" * 81, "2019", "office", "malformed"),
        ("214", "مكناس", "", "year", "missing"),
        ("214", "مكناس", "2031", "year", "malformed"),
        ("214", "مكناس", "12", "year", "malformed"),
        ("214/2018", "مكناس", "2019", "year", "malformed"),
    ],
)
def test_a_birth_certificate_is_refused_where_its_fault_is(
    number: str, office: str, year: str, field: str, reason: str
) -> None:
    with pytest.raises(IdentifierRefused) as refusal:
        read(ACT, number, office, year)
    assert (refusal.value.field, refusal.value.reason) == (field, reason)


def test_a_refusal_never_repeats_what_was_typed() -> None:
    with pytest.raises(IdentifierRefused) as refusal:
        read(CIN, "ZZ-CANARY-9")
    assert "CANARY" not in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("zz 100-002", CIN), ("214/2019", ACT), ("٢١٤", ACT), ("z 123456 k", CARD), ("?", CIN)],
)
def test_the_kind_is_guessed_from_the_form(typed: str, kind: IdentifierKind) -> None:
    assert guess_kind(typed) is kind


@pytest.mark.parametrize(
    ("one", "other"), [("Aït Ouâziz", "AIT  OUAZIZ"), ("وَعزيز", "وعزيز"), ("أيت", "ايت"), ("مـكناس", "مكناس")]
)
def test_names_that_differ_in_marks_only_are_folded_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("typed", ["z 123456 k", "ZZ1234567", "12345678"])
def test_a_residence_card_may_bear_any_letters_and_digits(typed: str) -> None:
    assert read(CARD, typed).kind is CARD


@pytest.mark.parametrize("typed", ["1234", "ABCDEFG", "Z" * 13, "ZZ?"])
def test_what_no_residence_card_bears_is_refused(typed: str) -> None:
    with pytest.raises(IdentifierRefused):
        read(CARD, typed)
