"""The bidirectional algorithm, against its own rules and against Unicode's conformance file where it lies."""

from pathlib import Path

import pytest

from libs.ui.typeset.bidi import Direction, Isolate, close_line, resolve_levels, visual_runs
from libs.ui.typeset.errors import UnprintableTextError

CONFORMANCE = Path("/usr/share/unicode/BidiCharacterTest.txt")  # Debian's package unicode-data
CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shown(text: str, base: Direction, isolates: tuple[Isolate, ...] = ()) -> str:
    levels = close_line(text, resolve_levels(text, base, isolates), base)
    return "".join(
        text[run.start : run.end][::-1] if run.level % 2 else text[run.start : run.end]
        for run in visual_runs(levels)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ابت", "تبا"),
        ("ابت 1983", "1983 تبا"),
        ("رقم 2.97.218 في 19", "19 يف 2.97.218 مقر"),
        ("رقم 2026/000123", "2026/000123 مقر"),
        ("رقم ZZ100001 هنا", "انه ZZ100001 مقر"),
        ("ا (ب) ت", "ت )ب( ا"),
        ("ا (abc) ت", "ت )abc( ا"),
        ("موقع khadamaty.social.gov.ma/verify، ثم", "مث ،khadamaty.social.gov.ma/verify عقوم"),
        ("ا\u064eب", "ب\u064eا"),
        ("ا 50% ب", "ب %50 ا"),
    ],
)
def test_right_to_left_lines_are_shown_in_the_expected_order(text: str, expected: str) -> None:
    assert shown(text, Direction.RTL) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nom : ابت", "Nom : تبا"),
        ("Nom : ابت 12 (x)", "Nom : 12 تبا (x)"),
        ("a (ابت) b", "a (تبا) b"),
        ("ⴰⴱ ابت", "ⴰⴱ تبا"),
    ],
)
def test_left_to_right_lines_are_shown_in_the_expected_order(text: str, expected: str) -> None:
    assert shown(text, Direction.LTR) == expected


def test_a_code_that_begins_with_digits_is_scrambled_unless_it_is_isolated() -> None:
    text = "رمز 1234-5678"
    isolate = Isolate(4, len(text), Direction.LTR)
    assert shown(text, Direction.RTL) == "5678-1234 زمر"
    assert shown(text, Direction.RTL, (isolate,)) == "1234-5678 زمر"


def test_an_isolate_doesnt_change_the_order_around_it() -> None:
    text = "ا (ABC) ب"
    assert shown(text, Direction.RTL, (Isolate(2, 7, Direction.LTR),)) == "ب (ABC) ا"


def test_an_isolated_arabic_name_keeps_a_french_line_in_order() -> None:
    text = "Nom : ابت, 1983"
    assert shown(text, Direction.LTR, (Isolate(6, 9, Direction.RTL),)) == "Nom : تبا, 1983"
    assert shown(text, Direction.LTR) == "Nom : 1983 ,تبا"


def test_white_space_at_the_end_of_a_line_goes_to_the_paragraphs_end() -> None:
    text = "ابت abc  "
    assert close_line(text, resolve_levels(text, Direction.RTL), Direction.RTL)[-2:] == [1, 1]


@pytest.mark.parametrize("control", sorted(CONTROLS))
def test_explicit_controls_are_refused_by_their_code_point(control: str) -> None:
    with pytest.raises(UnprintableTextError) as refused:
        resolve_levels(f"ا{control}ب", Direction.RTL)
    assert refused.value.code_points == (f"U+{ord(control):04X}",)


def test_an_empty_text_has_no_run() -> None:
    assert visual_runs(resolve_levels("", Direction.RTL)) == []


def test_unicodes_conformance_file_passes_line_by_line() -> None:
    wrong = []
    checked = 0
    for line in CONFORMANCE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        points, _, level, expected, order = line.split(";")
        text = "".join(chr(int(point, 16)) for point in points.split())
        if CONTROLS & set(text) or "\u2029" in text[:-1]:
            continue
        checked += 1
        base = Direction.RTL if level == "1" else Direction.LTR
        levels = close_line(text, resolve_levels(text, base), base)
        kept = expected.split()
        visual: list[int] = []
        for run in visual_runs(levels):
            places = range(run.start, run.end)
            visual += reversed(places) if run.level % 2 else places
        seen = [str(place) for place in visual if kept[place] != "x"]
        matches = all(want in {"x", str(got)} for want, got in zip(kept, levels, strict=True))
        if not matches or seen != order.split():
            wrong.append(line)
    assert wrong == []
    assert checked > 90_000
