"""Mixed text: its faces, its shapes from left to right, its lines, and what is refused."""

import pytest

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.errors import TextTooLongError, UnprintableTextError
from libs.ui.typeset.faces import Family
from libs.ui.typeset.shaping import Line, Paragraph, Span
from libs.ui.typeset.text import fit_text, set_text

ARABIC = "بناء على رأي اللجنة التقنية المركزية، المحدثة لدى الوزارة، المكلفة بدراسة الملفات الطبية"


def seen(line: Line) -> str:
    """What the eye meets from left to right; the glyphs of an Arabic ligature stand for their letters."""
    glyphs = [(run.level % 2, glyph.text) for run in line.runs for glyph in run.glyphs]
    return "".join(text[::-1] if backwards else text for backwards, text in glyphs).replace("\u200d", "")


def cut(*spans: Span, direction: Direction = Direction.RTL) -> Line:
    return Paragraph(spans, direction).cut()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("المملكة المغربية", "ةيبرغملا ةكلمملا"),
        ("الصادر في (19 دجنبر 1997)؛", "؛)1997 ربنجد 19( يف رداصلا"),
        ("لجنة (Commission) هنا", "انه )Commission( ةنجل"),
        ("السلام: 50% (أ) [ب]", "]ب[ )أ( %50 :مالسلا"),
        ("اسم ⴰⵢⵜ هنا", "انه ⴰⵢⵜ مسا"),
    ],
)
def test_a_mixed_line_is_drawn_in_the_order_that_the_eye_expects(text: str, expected: str) -> None:
    assert seen(cut(Span(text))) == expected


def test_each_script_has_its_face_and_digits_follow_the_letters_around_them() -> None:
    line = cut(Span("رقم 12 ZZ34 ⴰⵢⵜ"))
    faces = {glyph.text: run.face.key for run in line.runs for glyph in run.glyphs}
    assert faces["ر"] == "arabic"
    assert faces["1"] == "arabic"
    assert faces["Z"] == faces["3"] == "latin"
    assert faces["ⴰ"] == "tifinagh"


def test_a_code_has_a_face_whose_characters_cant_be_confused() -> None:
    line = cut(Span("رمز "), Span("0O-8B", family=Family.CODE, isolate=Direction.LTR, bold=True))
    assert {run.face.key for run in line.runs if run.level % 2 == 0} == {"code-bold"}
    assert seen(line).startswith("0O-8B")


def test_letters_join_across_a_change_of_style() -> None:
    plain = [glyph.gid for run in cut(Span("بيت")).runs for glyph in run.glyphs]
    parted = [
        glyph.gid for run in cut(Span("ب", isolate=None), Span("يت", bold=False)).runs for glyph in run.glyphs
    ]
    assert parted == plain
    assert len(set(plain)) == 3


def test_composed_and_decomposed_names_print_alike() -> None:
    assert seen(cut(Span("Ai\u0308t Oua\u0302ziz"))) == seen(cut(Span("A\u00eft Ou\u00e2ziz")))


def test_marks_stay_with_their_letters() -> None:
    runs = cut(Span("وَعزيز")).runs
    assert len(runs) == 1
    assert sorted(glyph.text for glyph in runs[0].glyphs) == sorted("وَعزيز")


def test_lines_hold_every_word_once_and_none_is_wider_than_the_column() -> None:
    setting = set_text(ARABIC, Direction.RTL, 12, 150)
    assert "".join(line.text for line in setting.lines) == ARABIC
    assert len(setting.lines) > 2
    assert all(setting.width_of(line) <= 150 for line in setting.lines)


def test_a_word_wider_than_the_column_is_cut_between_characters() -> None:
    setting = set_text("قبل " + "A" * 200 + " بعد", Direction.RTL, 12, 100)
    assert "".join(line.text for line in setting.lines).count("A") == 200
    assert all(setting.width_of(line) <= 100 for line in setting.lines)


def test_a_word_is_never_cut_before_a_mark() -> None:
    setting = set_text("بَ" * 60, Direction.RTL, 12, 80)
    assert not any(line.text.startswith("\u064e") for line in setting.lines)


def test_a_long_text_shrinks_to_the_first_size_that_fits() -> None:
    setting = fit_text(ARABIC, Direction.RTL, (20, 12, 8), 260, 2)
    assert setting.size_pt == 12
    assert len(setting.lines) <= 2


def test_a_text_that_fits_at_no_size_is_refused() -> None:
    with pytest.raises(TextTooLongError):
        fit_text(ARABIC * 20, Direction.RTL, (12, 8), 200, 2)


@pytest.mark.parametrize(
    ("text", "code_point"),
    [
        ("محمد\n", "U+000A"),
        ("محمد\x00", "U+0000"),
        ("محمد\x1b", "U+001B"),
        ("\u202eمحمد", "U+202E"),
        ("\u200fمحمد", "U+200F"),
        ("\ufeffمحمد", "U+FEFF"),
        ("محمد\U0001f600", "U+1F600"),
        ("محمد 漢", "U+6F22"),
        ("محمد \ue000", "U+E000"),
        ("محمد \ud800", "U+D800"),
    ],
)
def test_what_cant_be_printed_is_refused_by_its_code_point_only(text: str, code_point: str) -> None:
    with pytest.raises(UnprintableTextError) as refused:
        cut(Span(text))
    assert code_point in refused.value.code_points
    assert "محمد" not in str(refused.value)


def test_markup_is_text_like_any_other() -> None:
    assert seen(cut(Span("<b>&amp;</b> (BT) Tj"), direction=Direction.LTR)) == "<b>&amp;</b> (BT) Tj"
