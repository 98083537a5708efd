"""The proof before a step: what is read back from the page's own bytes, beside what the file says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from http import HTTPStatus

import pytest

from libs.contracts.people import Identifier, IdentifierKind, Precision, Role, Sex
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration, PrintedPerson
from services.certificates.adapters.pdf import get_wording, render_certificate
from services.certificates.adapters.pdf.fast import CertificatePress
from services.certificates.adapters.pdf.proof import compare
from services.certificates.adapters.pdf.readback import read_rows
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.page import preview_of
from services.certificates.domain.personal import Personal
from services.certificates.domain.printed import CertificateContent
from services.certificates.domain.proof import ProofField, ProofLine
from tests.support.certificates_house import WORDS, house_of
from tests.support.certificates_world import MORNING, ORIGIN, PRINTED, new_world

WORDING = get_wording(MORNING.date())
PRESS = CertificatePress()
UNTIL = date(2031, 2, 28)
LINES = tuple(
    DisabilityLine(
        category=category, degree=Degree.PROFOUND, duration=Duration.PERMANENT, companion=companion
    )
    for category, companion in zip(list(Category)[:3], (False, True, False), strict=True)
)
PEOPLE: dict[str, PrintedPerson] = {
    "usual": PRINTED,
    "woman": PRINTED.model_copy(update={"sex": Sex.FEMALE}),
    "year only": PRINTED.model_copy(
        update={"birth_date": date(1954, 1, 1), "birth_precision": Precision.YEAR}
    ),
    "no Latin name": PRINTED.model_copy(update={"latin_given_name": "", "latin_family_name": ""}),
    "three disabilities": PRINTED.model_copy(update={"disabilities": LINES}),
    "long name": PRINTED.model_copy(
        update={
            "arabic_given_name": "عبد الرحمان محمد الأمين",
            "arabic_family_name": "بنعبد الله العلوي المدغري",
        }
    ),
    "passport": PRINTED.model_copy(
        update={"identifier": Identifier(kind=IdentifierKind.RESIDENCE_CARD, number="ZZ1234567")}
    ),
}


def content_of(printed: PrintedPerson, valid_until: date | None) -> CertificateContent:
    file = Certificate(
        request_id="request-1",
        reference="2026-0000123",
        person_id="person-1",
        centre="061",
        centre_name="مكناس",
        approved_at=MORNING,
        valid_until=valid_until,
        moved_at=MORNING,
        personal=Personal(printed),
    )
    return preview_of(file, MORNING.date(), ORIGIN)


def proved(
    content: CertificateContent, printed: PrintedPerson, valid_until: date | None
) -> dict[ProofField, ProofLine]:
    pdf = PRESS.print_certificate(content, WORDING).pdf
    return {line.field: line for line in compare(pdf, printed, valid_until, WORDING)}


@pytest.mark.parametrize("valid_until", [None, UNTIL], ids=["for ever", "until"])
@pytest.mark.parametrize("kind", PEOPLE)
def test_a_page_that_was_set_from_its_file_agrees_with_it(kind: str, valid_until: date | None) -> None:
    printed = PEOPLE[kind]
    lines = proved(content_of(printed, valid_until), printed, valid_until)
    assert [line.field.value for line in lines.values() if not line.agrees] == []
    assert (ProofField.VALID_UNTIL in lines) is (valid_until is not None)


def test_what_is_read_back_is_what_the_whole_path_writes_too() -> None:
    content = content_of(PRINTED, UNTIL)
    frozen = read_rows(PRESS.print_frozen(content, WORDING).pdf)
    assert read_rows(render_certificate(content, WORDING, preview=True)) == frozen
    assert frozen[0][1] == "ياسين أيت وعزيز"


MISPRINTS = {
    ProofField.NAME: lambda content: replace(content, holder=replace(content.holder, arabic_name="ياسين")),
    ProofField.BIRTH_DATE: lambda content: replace(
        content, holder=replace(content.holder, birth_date=date(1994, 8, 3))
    ),
    ProofField.BIRTH_PLACE: lambda content: replace(
        content, holder=replace(content.holder, birth_place="فاس")
    ),
    ProofField.IDENTIFIER: lambda content: replace(
        content, holder=replace(content.holder, identifier="ZZ100006")
    ),
    ProofField.DISABILITY: lambda content: replace(content, disabilities=LINES[:1]),
    ProofField.VALID_UNTIL: lambda content: replace(content, valid_until=date(2031, 2, 27)),
}


@pytest.mark.parametrize("field", MISPRINTS)
def test_a_misprint_is_told_and_nothing_else(field: ProofField) -> None:
    lines = proved(MISPRINTS[field](content_of(PRINTED, UNTIL)), PRINTED, UNTIL)
    assert [line.field for line in lines.values() if not line.agrees] == [field]


def test_a_fact_that_only_the_page_or_only_the_file_has_is_told() -> None:
    only_page = proved(content_of(PRINTED, UNTIL), PRINTED, None)[ProofField.VALID_UNTIL]
    assert (only_page.agrees, only_page.said) == (False, ())
    only_file = proved(content_of(PRINTED, None), PRINTED, UNTIL)[ProofField.VALID_UNTIL]
    assert (only_file.agrees, only_file.printed) == (False, ())


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize(
    ("step", "stage", "role"),
    [
        ("draft", Stage.DRAFTING, Role.CERTIFICATE_OFFICER),
        ("check", Stage.CONTROL, Role.CONTROLLER),
        ("register", Stage.RECORDING, Role.REGISTRAR),
        ("sign", Stage.SIGNATURE, Role.SIGNATORY),
    ],
)
async def test_every_step_shows_the_proof_and_marks_a_difference_in_words(
    step: str, stage: Stage, role: Role, lang: str
) -> None:
    house = house_of(await new_world())
    await house.world.brought_to(stage)
    path, caller = f"/staff/certificates/request-1/{step}", house.somebody(role)
    page = await house.get(path, caller, lang)
    assert page.status_code == HTTPStatus.OK
    assert WORDS.word(lang, "proof.all_agree") in page.text
    house.world.printer.misprint = "somebody else"
    page = await house.get(path, caller, lang)
    assert WORDS.word(lang, "proof.differs") in page.text
    assert WORDS.word(lang, "proof.all_agree") not in page.text
    assert "<mark>" in page.text
