"""The forms to print: every question is on paper, what is known is filled in, nothing runs off the page."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from pydantic import BaseModel

from libs.ui.typeset.errors import TextTooLongError, UnprintableTextError
from services.requests.adapters.forms_pdf import FormKind, FormPrefill, get_form_wording, render_form
from services.requests.adapters.forms_pdf.wording import Bilingual

PREFILL = FormPrefill(
    family_name="أيت وَعزيز",
    given_name="ياسين",
    identifier="ZZ100001",
    birth_date=date(1983, 8, 5),
    reference="2026-0000123",
)
INVISIBLE = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


def squeezed(text: str) -> str:
    return INVISIBLE.sub("", text)


def read(pdf: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages))


def render(kind: FormKind, prefill: FormPrefill | None = None) -> bytes:
    return render_form(kind, prefill, get_form_wording())


def labels(value: object) -> Iterator[Bilingual]:
    if isinstance(value, Bilingual):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from labels(each)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from labels(getattr(value, name))


@pytest.mark.parametrize("kind", FormKind)
def test_every_question_is_on_paper_in_both_languages(kind: FormKind) -> None:
    text = read(render(kind))
    asked = list(labels(get_form_wording().forms[kind]))
    assert len(asked) > 50
    for label in asked:
        for word in re.findall("[\u0620-\u065f]{3,}|[A-Za-zÀ-ÿ]{3,}", f"{label.ar} {label.fr}"):
            assert word in text, label


@pytest.mark.parametrize("kind", FormKind)
def test_every_page_says_that_the_form_is_not_official(kind: FormKind) -> None:
    pages = pypdf.PdfReader(BytesIO(render(kind))).pages
    assert 1 <= len(pages) <= 2
    for number, page in enumerate(pages, start=1):
        text = squeezed(page.extract_text())
        assert squeezed("Modèle de la plateforme, et non un formulaire officiel") in text
        assert f"{number}/{len(pages)}" in text


@pytest.mark.parametrize("kind", FormKind)
def test_nothing_is_drawn_outside_the_margins(kind: FormKind) -> None:
    for page in pypdfium2.PdfDocument(render(kind, PREFILL)):
        grey = page.render(scale=1).to_pil().convert("L").point(lambda shade: 255 if shade < 200 else 0)
        left, top, right, bottom = grey.getbbox()
        assert left >= 38
        assert right <= grey.width - 37
        assert top >= 30
        assert bottom <= grey.height - 14


@pytest.mark.parametrize("kind", FormKind)
def test_what_is_known_is_filled_in_and_a_blank_form_names_nobody(kind: FormKind) -> None:
    filled, blank = read(render(kind, PREFILL)), read(render(kind))
    for value in (PREFILL.family_name, PREFILL.given_name, PREFILL.identifier, "05081983", PREFILL.reference):
        assert squeezed(value) in filled
        assert squeezed(value) not in blank


def test_a_number_longer_than_its_boxes_stands_whole_in_one() -> None:
    identifier = "1234567/2019-OUJDA"
    assert identifier in read(render(FormKind.INFORMATION, replace(PREFILL, identifier=identifier)))


def test_a_long_name_shrinks_and_an_endless_one_is_refused() -> None:
    name = "بنت عبد اللطيف العلوي المدغري الإدريسي"
    assert squeezed(name) in read(render(FormKind.MOTOR, replace(PREFILL, family_name=name)))
    with pytest.raises(TextTooLongError):
        render(FormKind.MOTOR, replace(PREFILL, family_name=name * 5))


def test_a_name_that_cant_be_printed_is_refused() -> None:
    with pytest.raises(UnprintableTextError):
        render(FormKind.VISUAL, replace(PREFILL, given_name="ياسين\u202e"))


def test_the_same_form_gives_the_same_bytes() -> None:
    assert render(FormKind.HEARING, PREFILL) == render(FormKind.HEARING, PREFILL)


def test_no_arabic_or_french_word_stands_in_the_adapters_code() -> None:
    package = Path(__file__).parents[3] / "services" / "requests" / "adapters" / "forms_pdf"
    for module in package.glob("*.py"):
        assert not re.search("[\u0600-\u06ff]|[éèêàç]", module.read_text(encoding="utf-8")), module.name
