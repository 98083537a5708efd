from datetime import UTC, date, datetime

import pytest
from markupsafe import Markup

from libs.ui.formats import Formats, code, paragraphs
from libs.ui.languages import LANGUAGES, choose_language

ARABIC = Formats(LANGUAGES["ar"])
FRENCH = Formats(LANGUAGES["fr"])


def test_dates_carry_moroccan_months_and_latin_digits() -> None:
    assert ARABIC.day(date(1983, 8, 5)) == "5 غشت 1983"
    assert FRENCH.day(date(1983, 8, 5)) == "5 août 1983"
    assert [ARABIC.month(number) for number in (5, 7, 9, 11, 12)] == [
        "ماي",
        "يوليوز",
        "شتنبر",
        "نونبر",
        "دجنبر",
    ]


def test_a_moment_is_told_in_casablanca() -> None:
    moment = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert ARABIC.moment(moment) == "1 دجنبر 2026، 00:30"
    assert FRENCH.moment(moment) == "1 décembre 2026, 00:30"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ARABIC.moment(datetime(2026, 11, 30))  # noqa: DTZ001 - the fault that is tested


def test_no_format_holds_an_invisible_mark() -> None:
    printed = (
        ARABIC.moment(datetime(2026, 1, 2, tzinfo=UTC)) + ARABIC.number(1234.5) + ARABIC.filesize(2_500_000)
    )
    assert not set(printed) & set("\u200e\u200f\u202a\u202b\u061c")


def test_numbers_sizes_and_lists() -> None:
    assert ARABIC.number(1234567) == "1.234.567"
    assert FRENCH.filesize(300) == "1\u202fko"
    assert FRENCH.filesize(1_572_864) == "1,5\u202fMo"
    assert ARABIC.listing(["أ", "ب"]) == "أ وب"
    assert FRENCH.listing(["<b>", Markup("<b>c</b>")]) == "&lt;b&gt; et <b>c</b>"


def test_codes_are_isolated_and_escaped() -> None:
    assert code("<x>") == '<bdi dir="ltr" class="kh-code">&lt;x&gt;</bdi>'


def test_typed_lines_become_paragraphs() -> None:
    assert paragraphs("a & b\n\nc") == '<p class="govuk-body">a &amp; b</p><p class="govuk-body">c</p>'


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [(("fr",), "fr"), (("xx", "fr"), "fr"), ((None, "zgh"), "ar"), ((), "ar")],
)
def test_the_first_language_that_can_be_chosen_is(wanted: tuple[str | None, ...], chosen: str) -> None:
    assert choose_language(*wanted) == chosen


def test_languages_name_themselves() -> None:
    assert [language.own_name for language in LANGUAGES.values()] == ["العربية", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "Français"]
