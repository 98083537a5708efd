from datetime import date

import pytest

from libs.ui.forms import Form, Message, Upload, tidy


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        ("  zz 100-002 ", "zz 100-002"),
        ("٢٠٢٦", "2026"),
        ("۱۲", "12"),
        ("\u2067ZZ\u200f1\u2069", "ZZ1"),
        ("e\u0301", "\u00e9"),
        ("a\x00b\tc", "ab c"),
        ("one\r\n two  three ", "one\ntwo three"),
    ],
)
def test_typed_text_is_brought_to_one_form(typed: str, tidied: str) -> None:
    assert tidy(typed) == tidied


def test_what_was_typed_is_shown_again_unchanged() -> None:
    form = Form.posted([("name", " ٢ "), ("scan", object()), ("needs", "a"), ("needs", "b")])
    assert form.value("name") == " ٢ "
    assert form.text("name") == "2"
    assert form.values("needs") == ["a", "b"]
    assert not form.value("scan")


def test_all_errors_are_collected_and_the_first_of_a_field_stays() -> None:
    form = Form({"email": "x"})
    form.text("number", missing="a.missing")
    form.fail("number", "a.later")
    assert not form.email("email")
    assert not form.valid
    assert form.errors == {"number": Message("a.missing"), "email": Message("form.error.email")}


def test_an_optional_field_may_stay_empty() -> None:
    form = Form()
    assert not form.text("name")
    assert form.date("born_on") is None
    assert form.number("count") is None
    assert form.upload("scan", Upload("", b"")) is None
    assert not form.choice("kind", ["a"])
    assert not form.agreed("consent")
    assert form.valid


def test_a_date_is_read_from_its_parts_in_any_digits() -> None:
    form = Form({"born_on-day": "٥", "born_on-month": "08", "born_on-year": "1983"})
    assert form.date("born_on", missing="a.missing") == date(1983, 8, 5)


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("", "", ""), "a.missing"),
        (("31", "2", "1983"), "form.error.date"),
        (("5", "", "1983"), "form.error.date"),
        (("5", "x", "1983"), "form.error.date"),
        (("5", "8", "99999999999"), "form.error.date"),
        (("5", "8", "1890"), "form.error.date_range"),
        (("5", "8", "2090"), "form.error.date_range"),
    ],
)
def test_a_wrong_date_is_told(parts: tuple[str, str, str], key: str) -> None:
    form = Form({f"born_on-{name}": part for name, part in zip(("day", "month", "year"), parts, strict=True)})
    read = form.date("born_on", missing="a.missing", earliest=date(1900, 1, 1), latest=date(2026, 11, 23))
    assert read is None
    assert form.error("born_on") == Message(key)


@pytest.mark.parametrize("typed", ["nom@exemple.ma", "a.b+c@sous.exemple.ma"])
def test_an_e_mail_address_is_accepted(typed: str) -> None:
    assert Form({"email": f" {typed} "}).email("email") == typed


@pytest.mark.parametrize(
    "typed", ["nom", "a@b", "a b@exemple.ma", "a@exemple.ma, b@exemple.ma", "a\n@exemple.ma"]
)
def test_what_is_no_e_mail_address_is_refused(typed: str) -> None:
    form = Form({"email": typed})
    assert not form.email("email")
    assert not form.valid


def test_a_number_stays_within_its_bounds() -> None:
    assert Form({"n": "١٢"}).number("n", most=20) == 12
    form = Form({"n": "21"})
    assert form.number("n", least=1, most=20) is None
    assert form.error("n") == Message("form.error.number", {"least": 1, "most": 20})


def test_only_offered_answers_are_taken() -> None:
    form = Form({"kind": "other", "needs": ["ramp", "other"]})
    assert not form.choice("kind", ["cin"])
    assert form.error("kind") == Message("form.error.choice")
    assert form.choices("needs", ["ramp"]) == ["ramp"]


def test_too_long_a_text_is_refused() -> None:
    form = Form({"name": "x" * 201})
    assert not form.text("name")
    assert form.error("name") == Message("form.error.too_long", {"longest": 200})


def test_a_secret_keeps_its_spaces() -> None:
    assert Form({"code": " ab ١"}).secret("code", missing="a.missing") == " ab 1"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "a.missing"),
        (b"MZ\x90", "form.error.file_type"),
        (b"%PDF-" + b"x" * 1024, "form.error.file_size"),
    ],
)
def test_an_upload_that_cannot_be_kept_is_told(content: bytes, key: str) -> None:
    form = Form()
    assert form.upload("scan", Upload("scan.pdf", content), missing="a.missing", largest_bytes=1024) is None
    refused = form.error("scan")
    assert refused is not None
    assert refused.key == key


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
    ],
)
def test_an_upload_is_known_by_its_first_bytes(content: bytes, media_type: str) -> None:
    taken = Form().upload("scan", Upload("a.exe", content), missing="a.missing")
    assert taken is not None
    assert taken.media_type == media_type
