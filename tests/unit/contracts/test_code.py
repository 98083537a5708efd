"""The verification code forgives how it is typed and finds what was mistyped."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from libs.contracts.code import (
    ALPHABET,
    CODE_LENGTH,
    Fault,
    MalformedCode,
    check_character,
    code_hash,
    format_code,
    is_well_formed,
    parse,
    suggest,
)

CODE = "7XQ20MPA1BCD9KZR"


def some_codes(count: int) -> list[str]:
    chance = random.Random(20261122)  # noqa: S311 - the same codes in every run
    return ["".join(chance.choices(ALPHABET, k=CODE_LENGTH)) for _ in range(count)]


def test_a_formatted_code_parses_to_itself() -> None:
    for code in some_codes(200):
        assert parse(format_code(code)) == code


def test_the_format_is_four_groups_and_a_check_character() -> None:
    assert format_code(CODE) == f"7XQ2-0MPA-1BCD-9KZR-{check_character(CODE)}"


@pytest.mark.parametrize(
    "retyped",
    [
        lambda shown: shown.lower(),
        lambda shown: shown.replace("-", " "),
        lambda shown: shown.replace("-", ""),
        lambda shown: f"  {shown.replace('-', '–')}\n",
        lambda shown: shown.replace("0", "O").replace("1", "l"),
        lambda shown: shown.replace("1", "I").replace("0", "o"),
        lambda shown: f"\u200f{shown}\u200e",
        lambda shown: shown.replace("2", "٢").replace("9", "٩"),
    ],
)
def test_typing_habits_are_forgiven(retyped: object) -> None:
    assert callable(retyped)
    assert parse(retyped(format_code(CODE))) == CODE


def test_every_single_wrong_character_is_found() -> None:
    typed = format_code(CODE).replace("-", "")
    for place, right in enumerate(typed):
        for wrong in ALPHABET.replace(right, ""):
            with pytest.raises(MalformedCode) as caught:
                parse(typed[:place] + wrong + typed[place + 1 :])
            assert caught.value.fault is Fault.CHECK


def test_every_swap_of_two_characters_is_found() -> None:
    for code in some_codes(20):
        typed = format_code(code).replace("-", "")
        for first, second in combinations(range(len(typed)), 2):
            if typed[first] == typed[second]:
                continue
            swapped = list(typed)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert not is_well_formed("".join(swapped))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.LENGTH),
        (CODE, Fault.LENGTH),
        (format_code(CODE) + "0", Fault.LENGTH),
        ("U" * 17, Fault.CHARACTERS),
        ("ش" * 17, Fault.CHARACTERS),
        ("²" * 17, Fault.CHECK),
    ],
)
def test_a_malformed_code_says_what_is_wrong(text: str, fault: Fault) -> None:
    with pytest.raises(MalformedCode) as caught:
        parse(text)
    assert caught.value.fault is fault


def test_a_look_alike_is_suggested() -> None:
    shown = format_code(CODE)
    assert shown in suggest(shown.replace("B", "8"))
    assert shown in suggest(shown.replace("2", "Z"))


def test_a_swap_of_neighbours_is_suggested() -> None:
    shown = format_code(CODE)
    assert shown in suggest(shown.replace("MP", "PM"))


def test_nothing_is_suggested_for_a_good_code_or_a_wrong_length() -> None:
    assert suggest(format_code(CODE)) == ()
    assert suggest(CODE) == ()


def test_the_digest_is_of_the_sixteen_characters_alone() -> None:
    assert code_hash("0" * 16) == "fcdb4b423f4e5283afa249d762ef6aef150e91fccd810d43e5e719d14512dec7"
